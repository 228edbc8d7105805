import CMLSchedABI
import Histogram
import SchedDaemon

/// Prints one line for each interval: for people, or as JSON.
struct StatisticsPrinter: Sendable {
    let isJSON: Bool

    @Sendable func print(_ interval: StatisticsInterval) {
        StandardOutput.print(isJSON ? StatisticsJSON(interval).line : Self.text(interval))
    }

    private static func text(_ interval: StatisticsInterval) -> String {
        let loads = interval.domains.map { fixed($0.load, digits: 2) }.joined(separator: " ")
        let counters = interval.counters
        let measured = interval.measurements
        var columns = [
            "\(seconds(interval.elapsed))",
            "load \(loads)",
            "consulted \(counters[MLS_CONSULTED])",
            "hit \(interval.hitRate.map { fixed($0 * 100, digits: 1) + "%" } ?? "-")",
            "migrate \(counters[MLS_SAID_MIGRATE])",
            "stay \(counters[MLS_SAID_STAY])",
            "override \(counters[MLS_OVERRIDDEN])",
            "executed \(counters[MLS_EXECUTED])",
        ]
        if measured.batches > 0 {
            columns.append(
                "inference p50 \(time(measured.inference.valueAtPercentile(50)))"
                    + " p99 \(time(measured.inference.valueAtPercentile(99)))")
            let mean = Double(measured.requests) / Double(measured.batches)
            columns.append("batch \(fixed(mean, digits: 1))")
        }
        columns.append("drops \(counters[MLS_REQUESTS_DROPPED])")
        if interval.isDegraded { columns.append("degraded") }
        return columns.joined(separator: "  ")
    }

    private static func seconds(_ duration: Duration) -> String {
        fixed(duration / .seconds(1), digits: 1) + "s"
    }
}

/// A number with that many digits after the point.
func fixed(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = "\(scaled % Int(scale))"
    return "\(sign)\(scaled / Int(scale))."
        + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// A time in the unit that people would choose.
func time(_ nanoseconds: UInt64) -> String {
    switch nanoseconds {
    case ..<1000: "\(nanoseconds)ns"
    case ..<1_000_000: fixed(Double(nanoseconds) / 1e3, digits: 1) + "us"
    default: fixed(Double(nanoseconds) / 1e6, digits: 1) + "ms"
    }
}
