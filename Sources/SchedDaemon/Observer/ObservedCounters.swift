public import CMLSchedABI

/// What the observer counted, in all or of one process name.
public struct ObservedCounters: Equatable, Sendable {
    private var values: [UInt64]

    /// All zero.
    public init() {
        values = Array(repeating: 0, count: Self.count)
    }

    /// The sum of rows, such as one for each CPU.
    init(summing rows: [mls_observed]) {
        self.init()
        for row in rows {
            withUnsafeBytes(of: row) { raw in
                let words = raw.bindMemory(to: UInt64.self)
                for index in 0..<Self.count { values[index] &+= words[index] }
            }
        }
    }

    /// One counter.
    public subscript(counter: mls_observed_counter) -> UInt64 { values[Int(counter.rawValue)] }

    /// What was counted since an earlier state.
    public func since(_ earlier: Self) -> Self {
        var result = self
        result.values = zip(values, earlier.values).map { $0 &- $1 }
        return result
    }

    /// Name and value of every counter.
    public var named: [(name: String, value: UInt64)] {
        values.enumerated().compactMap { index, value in
            mls_observed_name(Int32(index)).map { (String(cString: $0), value) }
        }
    }

    private static let count = Int(NR_MLS_OBSERVED_COUNTERS.rawValue)
}

/// What the observer counted of the processes of one name.
public struct ObservedProcess: Equatable, Sendable {
    /// The name, at most 15 bytes.
    public let name: String
    /// What was counted; switches and wake-ups are not.
    public let counters: ObservedCounters

    /// One process name and its counts.
    public init(name: String, counters: ObservedCounters) {
        self.name = name
        self.counters = counters
    }
}
