internal import MLPInference

/// The decisions asked for most recently, by the features of the task with loads in tenths.
///
/// A fixed number of entries: when all are taken, the one that was not asked for the longest
/// makes room. The daemon needs none, as the kernel keeps its decisions in a table; this is for
/// programs that embed ``MLScheduler``.
///
/// - Complexity: every operation is O(1) on average and allocates nothing after `init`.
public struct DecisionCache: ~Copyable, @unchecked Sendable {
    // @unchecked: the memory belongs to this value alone; every method that writes is mutating.

    /// Entries, at most.
    public let capacity: Int
    /// Entries now.
    public private(set) var count = 0
    /// Lookups that found a decision.
    public private(set) var hits = 0
    /// Lookups that found none.
    public private(set) var misses = 0

    /// Entries that were ever used come first; a list from the newest to the oldest runs through
    /// them.
    private let entries: OwnedBuffer<Entry>
    private var newest = Entry.none
    private var oldest = Entry.none
    /// Which entry a slot of the hash table holds, plus one; 0 where it is empty.
    ///
    /// Linear probing, at most half full.
    private let slots: OwnedBuffer<UInt32>
    private let slotMask: Int

    /// Internal for the compiler: Swift 6.3 crashes on a file that destroys a buffer of another
    /// file's private type.
    struct Entry: BitwiseCopyable {
        static let none = -1

        var key: UInt64
        var newer: Int
        var older: Int
        var decision: Decision
    }

    /// An empty cache.
    ///
    /// - Precondition: the capacity is 1 to 2³⁰.
    /// - Complexity: O(capacity); allocates 40 to 48 bytes an entry.
    public init(capacity: Int) {
        precondition((1...1 << 30).contains(capacity), "a cache has at least one entry")
        self.capacity = capacity
        entries = OwnedBuffer(count: capacity)
        var slotCount = 4
        while slotCount < capacity * 2 { slotCount *= 2 }
        slots = OwnedBuffer(count: slotCount)
        slotMask = slotCount - 1
    }

    /// The decision kept for a task, which becomes the newest; nil where there is none.
    public mutating func decision(for features: MigrationFeatures) -> Decision? {
        guard let slot = slot(of: Self.key(of: features)) else {
            misses += 1
            return nil
        }
        hits += 1
        let index = Int(slots.start[slot]) - 1
        moveToFront(index)
        return entries.start[index].decision
    }

    /// Keeps a decision for a task, in place of an earlier one, as the newest.
    public mutating func insert(_ decision: Decision, for features: MigrationFeatures) {
        let key = Self.key(of: features)
        if let slot = slot(of: key) {
            let index = Int(slots.start[slot]) - 1
            entries.start[index].decision = decision
            moveToFront(index)
            return
        }
        let index: Int
        if count < capacity {
            index = count
            count += 1
        } else {
            index = oldest
            unlink(index)
            removeSlot(of: entries.start[index].key)
        }
        entries.start[index] = Entry(
            key: key,
            newer: Entry.none,
            older: Entry.none,
            decision: decision
        )
        linkAsNewest(index)
        fillSlot(of: key, with: index)
    }

    /// The fields of a pattern and the CPUs that are not idle, in 40 bits.
    static func key(of features: MigrationFeatures) -> UInt64 {
        let pattern = Pattern(features)
        let cpus =
            UInt64(pattern.cpu) << 22 | UInt64(pattern.cpuIdle) << 11
            | UInt64(features.cpuNotIdle)
        return cpus << 8 | UInt64(pattern.srcLevel) << 4 | UInt64(pattern.dstLevel)
    }
}

// MARK: - The list

extension DecisionCache {
    private mutating func moveToFront(_ index: Int) {
        guard index != newest else { return }
        unlink(index)
        linkAsNewest(index)
    }

    private mutating func unlink(_ index: Int) {
        let entry = entries.start[index]
        if entry.newer == Entry.none {
            newest = entry.older
        } else {
            entries.start[entry.newer].older = entry.older
        }
        if entry.older == Entry.none {
            oldest = entry.newer
        } else {
            entries.start[entry.older].newer = entry.newer
        }
    }

    private mutating func linkAsNewest(_ index: Int) {
        entries.start[index].newer = Entry.none
        entries.start[index].older = newest
        if newest == Entry.none {
            oldest = index
        } else {
            entries.start[newest].newer = index
        }
        newest = index
    }
}

// MARK: - The hash table

extension DecisionCache {
    /// Where a key's search begins: the high bits of a product with 2⁶⁴ / φ.
    private func home(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & slotMask
    }

    private func slot(of key: UInt64) -> Int? {
        var slot = home(of: key)
        while slots.start[slot] != 0 {
            if entries.start[Int(slots.start[slot]) - 1].key == key { return slot }
            slot = (slot + 1) & slotMask
        }
        return nil
    }

    private func fillSlot(of key: UInt64, with index: Int) {
        var slot = home(of: key)
        while slots.start[slot] != 0 { slot = (slot + 1) & slotMask }
        slots.start[slot] = UInt32(index + 1)
    }

    /// Empties a key's slot and moves back those after it that the gap would cut off from their
    /// home (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
    private func removeSlot(of key: UInt64) {
        guard var gap = slot(of: key) else { return }
        var slot = gap
        while true {
            slot = (slot + 1) & slotMask
            guard slots.start[slot] != 0 else { break }
            let home = home(of: entries.start[Int(slots.start[slot]) - 1].key)
            if (slot - home) & slotMask >= (slot - gap) & slotMask {
                slots.start[gap] = slots.start[slot]
                gap = slot
            }
        }
        slots.start[gap] = 0
    }
}
