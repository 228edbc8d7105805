internal import BPFRuntime
public import CMLSchedABI
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
    private let networks: MappedArray<UInt64>
    private let hash: BPFMap
    private let isHashed: Bool
    private let tableSize: Int

    init(_ object: borrowing LoadedObject, space: PatternSpace) throws(BPFError) {
        let control = try MappedArray<UInt32>(object.map("control"))
        let table = try MappedArray<UInt8>(object.map("decisions"))
        let networks = try MappedArray<UInt64>(object.map("networks"))
        let hash = try object.map("decision_hash")
        isHashed = hash.maxEntries > 1
        tableSize = Int(space.tableWords) * 8
        generation = control[0]
        self.control = control
        self.table = table
        self.networks = networks
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
        if isHashed {
            publishHashed(decisions, for: patterns)
        } else {
            write(decisions, for: patterns, of: generation)
        }
    }

    /// Whether the table has no decision on a pattern; a hash keeps only what was asked for.
    public borrowing func isOpen(_ pattern: UInt32) -> Bool {
        !isHashed
            && table[tableStart(of: generation) + Int(pattern)] < UInt8(MLS_STAY.rawValue)
    }

    /// Whether it is a table.
    public var holdsEveryPattern: Bool { !isHashed }

    /// Writes to the table of the next generation, which the kernel does not read yet.
    public mutating func stage(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        write(decisions, for: patterns, of: generation &+ 1)
    }

    /// Writes to the entry of the next generation.
    public mutating func stage(_ network: UnsafePointer<mls_network>?) {
        let count = networks.count / 2
        let start = (generation &+ 1) & 1 == 0 ? 0 : count
        var none = mls_network()
        withUnsafePointer(to: &none) { none in
            let words = UnsafeRawPointer(network ?? none).assumingMemoryBound(to: UInt64.self)
            for index in 0..<count { networks[start + index] = words[index] }
        }
    }

    /// Lets the kernel ask for the next generation; a hash has then nothing of it.
    public mutating func commit() {
        generation &+= 1
        control.storeReleasing(generation, at: 0)
    }

    private borrowing func write(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>,
        of generation: UInt32
    ) {
        let start = tableStart(of: generation)
        for (decision, pattern) in zip(decisions, patterns) {
            table[start + Int(pattern)] = decision
        }
    }

    private borrowing func publishHashed(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        for (decision, pattern) in zip(decisions, patterns) {
            // A decision that the kernel does not take now is asked for again.
            let key = mls_hash_key(generation: generation, pattern: pattern)
            try? hash.setValue(UInt32(decision), of: key)
        }
    }

    private borrowing func tableStart(of generation: UInt32) -> Int {
        generation & 1 == 0 ? 0 : tableSize
    }
}

extension PatternSpace {
    /// Words of eight bytes of one table of decisions.
    fileprivate var tableWords: UInt32 {
        mls_table_words(mls_pattern_space(nr_cpu_ids: UInt32(cpuIDs), nr_online: UInt32(online)))
    }
}
