import CMLSchedABI
import Histogram
import SchedDaemon
import Synchronization

/// Prints one line for each interval: a table for people, or JSON.
final class StatisticsPrinter: Sendable {
    private let isJSON: Bool
    private let lines = Atomic(0)

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    @Sendable func print(_ interval: StatisticsInterval) {
        guard !isJSON else {
            // A line that cannot be written must not end the schedule.
            StandardOutput.print((try? jsonLine(StatisticsJSON(interval))) ?? "{}")
            return
        }
        let row = LiveRow(interval)
        if lines.wrappingAdd(1, ordering: .relaxed).oldValue % Self.linesPerHeading == 0 {
            StandardOutput.print(row.heading)
        }
        StandardOutput.print(row.text)
        if interval.isFinal { StandardOutput.print(Self.summary(interval)) }
    }

    private static func summary(_ interval: StatisticsInterval) -> String {
        let total = interval.total
        let decided = total.hitRate.map { ", \(fixed($0 * 100, digits: 1))% decided" } ?? ""
        return "In \(fixed(interval.elapsed / .seconds(1), digits: 1)) s: "
            + "\(total[MLS_CONSULTED]) consulted\(decided), \(total[MLS_SAID_MIGRATE]) migrate, "
            + "\(total[MLS_SAID_STAY]) stay, \(total[MLS_OVERRIDDEN]) overridden, "
            + "\(total[MLS_EXECUTED]) executed, \(total[MLS_REQUESTS_SENT]) requests, "
            + "\(total[MLS_REQUESTS_DROPPED]) dropped."
    }

    /// The heading is repeated before it scrolls off a usual terminal.
    private static let linesPerHeading = 20
}

extension LiveRow {
    /// An interval of `mlsched run`.
    init(_ interval: StatisticsInterval) {
        let counters = interval.counters
        let measured = interval.measurements
        let mean = Double(measured.requests) / Double(max(measured.batches, 1))
        let loads = Self.loads(interval.domains.map(\.load), atMost: 8)
        self.init(
            [
                ("time s", fixed(interval.elapsed / .seconds(1), digits: 1), 7),
                ("domain loads", loads, max(12, loads.count)),
                ("consulted", "\(counters[MLS_CONSULTED])", 9),
                ("decided", interval.hitRate.map { fixed($0 * 100, digits: 1) + "%" } ?? "-", 7),
                ("migrate", "\(counters[MLS_SAID_MIGRATE])", 8),
                ("stay", "\(counters[MLS_SAID_STAY])", 8),
                ("override", "\(counters[MLS_OVERRIDDEN])", 8),
                ("executed", "\(counters[MLS_EXECUTED])", 8),
                ("batch", measured.batches == 0 ? "-" : fixed(mean, digits: 1), 5),
                ("infer p50", Self.quantile(50, of: measured.inference), 9),
                ("p99", Self.quantile(99, of: measured.inference), 8),
                ("filled", Self.share(measured.fill), 6),
                ("drops", "\(counters[MLS_REQUESTS_DROPPED])", 6),
            ],
            note: interval.isDegraded ? "  degraded" : ""
        )
    }

    private static func share(_ fill: PipelineMeasurements.Fill?) -> String {
        fill.map { fixed($0.share * 100, digits: 0) + "%" } ?? "-"
    }

    private static func quantile(_ percentile: Double, of histogram: Histogram<UInt64>) -> String {
        histogram.totalCount == 0 ? "-" : time(histogram.valueAtPercentile(percentile))
    }
}
