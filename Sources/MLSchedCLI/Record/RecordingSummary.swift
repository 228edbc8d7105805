import SchedDaemon
import SchedRecording

/// What a recording came to, for people and as JSON.
struct RecordingSummary: Encodable {
    let file: String
    let bytes: Int
    let seconds: Double
    let switches: Int
    let wakeUps: Int
    let tasks: Int
    let dropped: UInt64
    let isWhole: Bool
    let isFull: Bool
    let commandStatus: Int32?
    let nanosecondsPerEvent: Double?
    let coreShare: Double?

    init(_ report: RecordingReport, path: String) {
        let counts = report.counts
        file = path
        bytes = counts.bytes
        seconds = Double(counts.nanoseconds) / 1e9
        switches = counts.switches
        wakeUps = counts.wakeUps
        tasks = counts.tasks
        dropped = counts.dropped
        isWhole = counts.isWhole
        isFull = report.end == .full
        commandStatus = if case .command(let status) = report.end { status } else { nil }
        nanosecondsPerEvent = report.cost?.nanosecondsPerEvent
        coreShare = report.cost.map { $0.nanoseconds / Double(max(counts.nanoseconds, 1)) }
    }

    /// A line of sums, and one for each thing that is not as it should be.
    var lines: [String] {
        var lines = [
            "In \(fixed(seconds, digits: 1)) s: \(switches) switches, \(wakeUps) wake-ups, "
                + "\(tasks) descriptions of tasks, \(dropped) dropped; "
                + "\(fixed(Double(bytes) / 1e6, digits: 1)) MB in \(file)."
        ]
        if !isWhole {
            lines.append(
                "The recording is not whole: the machine was too busy to keep up with it."
            )
        }
        if isFull { lines.append("It ended early, as a recording holds no more events.") }
        if let commandStatus, commandStatus != 0 {
            lines.append("The command ended with status \(commandStatus).")
        }
        if let nanosecondsPerEvent, let coreShare {
            lines.append(cost(nanosecondsPerEvent, coreShare))
        }
        return lines
    }

    private func cost(_ nanoseconds: Double, _ share: Double) -> String {
        let perSwitch = nanoseconds * Double(switches + wakeUps) / Double(max(switches, 1))
        return "It took \(fixed(100 * share, digits: 2)) % of a core; an event "
            + "\(fixed(nanoseconds, digits: 0)) ns, which is \(fixed(perSwitch / 100, digits: 2)) % at "
            + "100,000 switches/s with as many wake-ups to a switch as here."
    }
}
