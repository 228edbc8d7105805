/// One measurement of two runs, and how the second stands to the first.
///
/// A difference counts when the ranges of all rounds do not overlap. Quartiles would show how the
/// rounds of one run vary; two runs of the same program vary by more, as memory and threads are
/// placed differently in each.
public struct Comparison: Sendable {
    /// What to make of the ratio.
    public enum Verdict: String, Sendable {
        /// The rounds of both overlap: no difference was shown.
        case same = "within spread"
        /// The primary figure fell beyond the spread.
        case lower
        /// The primary figure rose beyond the spread.
        case higher
    }

    /// What was measured; see ``BenchResult/key``.
    public let key: String
    /// The figure that is compared.
    public let figure: String
    /// Medians of the first and the second run.
    public let medians: (first: Double, second: Double)
    /// The second run's median in parts of the first's.
    public let ratio: Double
    /// The ratio at the far ends of both runs' rounds.
    public let range: ClosedRange<Double>
    /// What the range says.
    public let verdict: Verdict

    /// Compares two results of the same key; nil where one has no rounds, or a figure of zero.
    public init?(_ first: BenchResult, _ second: BenchResult) {
        guard first.key == second.key, first.primary == second.primary,
            let before = first.sample, let after = second.sample,
            before.ends.low > 0, after.ends.low > 0
        else { return nil }
        key = first.key
        figure = first.primary
        medians = (before.median, after.median)
        ratio = after.median / before.median
        let low = after.ends.low / before.ends.high
        let high = after.ends.high / before.ends.low
        range = low...high
        verdict = low > 1 ? .higher : high < 1 ? .lower : .same
    }

    /// Compares what two runs have in common, in the order of the first.
    public static func all(_ first: [BenchResult], _ second: [BenchResult]) -> [Comparison] {
        first.compactMap { result in
            second.first { $0.key == result.key }.flatMap { Comparison(result, $0) }
        }
    }
}
