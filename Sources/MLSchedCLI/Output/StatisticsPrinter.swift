import CMLSchedABI
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
            StandardOutput.print(StatisticsJSON(interval).line)
            return
        }
        let row = StatisticsRow(interval)
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

    /// The heading comes again before it has left a usual terminal.
    private static let linesPerHeading = 20
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
