internal import BPFRuntime
internal import CMLSchedABI
internal import MLSched

/// Where the kernel finds decisions: a table of all patterns, or a hash of the recent ones.
///
/// Decisions belong to a generation of the model. The table exists twice, so that the next
/// generation's can be filled while the kernel reads this one's; see bpf/mlsched.h.
public struct DecisionStore: ~Copyable {
    /// The generation that the kernel asks for now.
    public private(set) var generation: UInt32

    private let control: MappedArray<UInt32>
    private let table: MappedArray<UInt8>
    private let hash: BPFMap
    private let isHashed: Bool
    private let patternCount: Int
    private let tableSize: Int

    init(_ object: borrowing LoadedObject, space: PatternSpace) throws(BPFError) {
        let control = try MappedArray<UInt32>(object.map("control"))
        let table = try MappedArray<UInt8>(object.map("decisions"))
        let hash = try object.map("decision_hash")
        isHashed = hash.maxEntries > 1
        patternCount = space.count
        tableSize = Int(space.tableWords) * 8
        generation = control[0]
        self.control = control
        self.table = table
        self.hash = hash
    }

    /// Sizes the maps of an object that is not loaded yet.
    static func configure(
        _ open: inout OpenObject,
        space: PatternSpace,
        tableLimit: Int
    ) throws(BPFError) {
        let isHashed = space.count > tableLimit
        try open.setVariable("mls_hashed", to: isHashed)
        try open.setMaxEntries(of: "decisions", to: isHashed ? 1 : 2 * space.tableWords)
        try open.setMaxEntries(of: "decision_hash", to: isHashed ? Self.hashEntries : 1)
    }

    /// Patterns that the hash remembers: those of some minutes of a busy machine.
    private static let hashEntries: UInt32 = 65536
}

extension DecisionStore: DecisionSink {
    /// Publishes decisions; a store to memory each, or for a hash a system call each.
    public mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        guard !isHashed else {
            publishHashed(decisions, for: patterns)
            return
        }
        let start = tableStart(of: generation)
        for (decision, pattern) in zip(decisions, patterns) {
            table[start + Int(pattern)] = decision
        }
    }

    /// Whether the table has no decision on a pattern; a hash keeps only what was asked for.
    public borrowing func isOpen(_ pattern: UInt32) -> Bool {
        !isHashed
            && table[tableStart(of: generation) + Int(pattern)] < UInt8(MLS_STAY.rawValue)
    }

    private borrowing func publishHashed(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        for (decision, pattern) in zip(decisions, patterns) {
            // A decision that the kernel does not take now is asked for again.
            let key = HashKey(generation: generation, pattern: pattern)
            try? hash.setValue(UInt32(decision), of: key)
        }
    }

    private borrowing func tableStart(of generation: UInt32) -> Int {
        generation & 1 == 0 ? 0 : tableSize
    }
}

extension DecisionStore {
    /// Starts a new generation, in which everything decided so far is decided anew.
    ///
    /// The kernel goes on with the old decisions until all new ones are there, then changes over
    /// in one store. A hash starts empty.
    ///
    /// - Complexity: O(patterns); allocates nothing.
    public mutating func beginGeneration<Maker: DecisionMaker & ~Copyable>(
        deciding maker: inout Maker
    ) {
        if !isHashed { fillNextTable(deciding: &maker) }
        generation &+= 1
        control.storeReleasing(generation, at: 0)
    }

    private mutating func fillNextTable<Maker: DecisionMaker & ~Copyable>(
        deciding maker: inout Maker
    ) {
        let (old, new) = (tableStart(of: generation), tableStart(of: generation &+ 1))
        for index in 0..<tableSize { table[new + index] = UInt8(MLS_UNDECIDED.rawValue) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.chunk) { patterns in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.chunk) { decisions in
                var count = 0
                for pattern in 0..<patternCount {
                    let isLast = pattern == patternCount - 1
                    if table[old + pattern] >= UInt8(MLS_STAY.rawValue) {
                        patterns[count] = UInt32(pattern)
                        count += 1
                    }
                    guard count == Self.chunk || (isLast && count > 0) else { continue }
                    // SAFETY: the first `count` patterns are initialised, and the maker
                    // initialises as many decisions.
                    maker.decide(
                        UnsafeBufferPointer(rebasing: patterns[..<count]),
                        into: decisions
                    )
                    for index in 0..<count {
                        table[new + Int(patterns[index])] = decisions[index]
                    }
                    count = 0
                }
            }
        }
    }

    private static var chunk: Int { 128 }
}

/// The `struct mls_hash_key` of `bpf/decide.bpf.h`.
private struct HashKey: BitwiseCopyable {
    let generation: UInt32
    let pattern: UInt32
}
