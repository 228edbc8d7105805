import CMLSchedABI
import Histogram
import SchedDaemon

/// One interval as a row of a table, with the heading over it.
struct StatisticsRow {
    /// The names of the columns, as wide as these.
    var heading: String { line(columns.map { pad($0.name, to: $0.width) }) }
    /// The values.
    var text: String { line(columns.map { pad($0.value, to: $0.width) }) + note }

    private let columns: [(name: String, value: String, width: Int)]
    private let note: String

    init(_ interval: StatisticsInterval) {
        let counters = interval.counters
        let measured = interval.measurements
        let mean = Double(measured.requests) / Double(max(measured.batches, 1))
        let loads = Self.loads(interval.domains.map(\.load))
        columns = [
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
            ("drops", "\(counters[MLS_REQUESTS_DROPPED])", 6),
        ]
        note = interval.isDegraded ? "  degraded" : ""
    }

    /// Every domain's load, or on machines with many of them the lowest and the highest.
    private static func loads(_ loads: [Double]) -> String {
        guard loads.count > 8, let low = loads.min(), let high = loads.max() else {
            return loads.map { fixed($0, digits: 2) }.joined(separator: " ")
        }
        return "\(fixed(low, digits: 2))-\(fixed(high, digits: 2))"
    }

    private static func quantile(
        _ percentile: Double,
        of histogram: Histogram<UInt64>
    ) -> String {
        histogram.totalCount == 0 ? "-" : time(histogram.valueAtPercentile(percentile))
    }

    private func line(_ cells: [String]) -> String { cells.joined(separator: " ") }

    private func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
