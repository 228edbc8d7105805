public import CMLSchedABI

/// The scheduler's counters, summed over all CPUs.
public struct SchedulerCounters: Equatable, Sendable {
    /// One row for each kind of candidate, in the order of `enum mls_candidate_kind`.
    private var candidates: [[UInt64]]
    private var whole: [UInt64]

    /// All zero.
    public init() {
        candidates = Array(
            repeating: Array(repeating: 0, count: Self.candidateCount),
            count: Self.kindCount
        )
        whole = Array(repeating: 0, count: Self.count)
    }

    /// The sum of one row for each CPU.
    init(summing rows: [mls_counters]) {
        self.init()
        for row in rows {
            withUnsafeBytes(of: row) { raw in
                let words = raw.bindMemory(to: UInt64.self)
                for kind in 0..<Self.kindCount {
                    for counter in 0..<Self.candidateCount {
                        candidates[kind][counter] &+= words[kind * Self.candidateCount + counter]
                    }
                }
                for counter in 0..<Self.count {
                    whole[counter] &+= words[Self.kindCount * Self.candidateCount + counter]
                }
            }
        }
    }

    /// A counter of the scheduler as a whole.
    public subscript(counter: mls_counter) -> UInt64 { whole[Int(counter.rawValue)] }

    /// A counter of one kind of candidate.
    public subscript(kind: mls_candidate_kind, counter: mls_candidate_counter) -> UInt64 {
        candidates[Int(kind.rawValue)][Int(counter.rawValue)]
    }

    /// A counter of all kinds of candidates together.
    public subscript(counter: mls_candidate_counter) -> UInt64 {
        candidates.reduce(0) { $0 + $1[Int(counter.rawValue)] }
    }

    /// What was counted since an earlier state.
    public func since(_ earlier: Self) -> Self { combined(with: earlier, &-) }

    /// What was counted here and there together.
    public func adding(_ other: Self) -> Self { combined(with: other, &+) }

    private func combined(with other: Self, _ operation: (UInt64, UInt64) -> UInt64) -> Self {
        var result = self
        result.whole = zip(whole, other.whole).map(operation)
        result.candidates = zip(candidates, other.candidates).map { zip($0, $1).map(operation) }
        return result
    }

    private static let kindCount = Int(NR_MLS_CANDIDATE_KINDS.rawValue)
    private static let candidateCount = Int(NR_MLS_CANDIDATE_COUNTERS.rawValue)
    private static let count = Int(NR_MLS_COUNTERS.rawValue)
}

extension SchedulerCounters {
    /// The kinds of candidates by name.
    public static let kinds: [(name: String, kind: mls_candidate_kind)] = [
        ("wakeup", MLS_CANDIDATE_WAKEUP), ("pull", MLS_CANDIDATE_PULL),
        ("imbalance", MLS_CANDIDATE_IMBALANCE),
    ]

    /// Name, meaning and value of every counter of the scheduler as a whole.
    public var named: [(name: String, meaning: String, value: UInt64)] {
        whole.enumerated().map { index, value in
            let index = Int32(index)
            return (Self.text(mls_counter_name(index)), Self.text(mls_counter_text(index)), value)
        }
    }

    /// Name, meaning and value of every counter of one kind of candidate, or of all together.
    public func named(
        _ kind: mls_candidate_kind?
    ) -> [(name: String, meaning: String, value: UInt64)] {
        (0..<Self.candidateCount).map { index in
            let counter = mls_candidate_counter(UInt32(index))
            return (
                Self.text(mls_candidate_counter_name(Int32(index))),
                Self.text(mls_candidate_counter_text(Int32(index))),
                kind.map { self[$0, counter] } ?? self[counter]
            )
        }
    }

    private static func text(_ characters: UnsafePointer<CChar>?) -> String {
        characters.map { String(cString: $0) } ?? ""
    }
}
