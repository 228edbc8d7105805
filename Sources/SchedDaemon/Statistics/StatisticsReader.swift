/// Makes intervals of totals for one reader: what has happened since it last looked.
///
/// Every reader has its own; none sees less because another one has looked.
public struct StatisticsReader: Sendable {
    private var last: StatisticsTotals?

    /// A reader whose first interval begins when the scheduler was attached.
    public init() {}

    /// What has happened since the last interval.
    ///
    /// - Parameters:
    ///   - now: totals that are not older than those of the last interval.
    ///   - isFinal: whether it is the last one.
    /// - Returns: the news, and the totals with them.
    public mutating func interval(
        until now: StatisticsTotals,
        isFinal: Bool = false
    ) -> StatisticsInterval {
        defer { last = now }
        return StatisticsInterval(
            elapsed: now.elapsed,
            length: now.elapsed - (last?.elapsed ?? .zero),
            domains: now.domains,
            counters: last.map { now.counters.since($0.counters) } ?? now.counters,
            total: now.counters,
            measurements: last.map { now.measurements.since($0.measurements) } ?? now.measurements,
            isFinal: isFinal
        )
    }
}
