import BPFRuntime
import CMLSchedABI
import SchedDaemon

/// The sums at the end of an observation, for people.
struct ObservationSummary {
    /// Its lines.
    let text: [String]

    init(_ observation: Observation, top: Int) {
        var text = ["", Self.sentence(observation)]
        if let runTime = observation.runTime, let empty = observation.emptyRunTime {
            text.append(Self.overhead(runTime, empty, observation))
        }
        if observation.lostRecords > 0 {
            text.append("\(observation.lostRecords) requests were too many to be written down.")
        }
        let shown = observation.totalProcesses.prefix(top)
        if !shown.isEmpty { text += [""] + Self.table(Array(shown)) }
        self.text = text
    }

    private static func sentence(_ observation: Observation) -> String {
        let total = observation.total
        let requests = observation.totalRequests
        return "In \(fixed(observation.elapsed / .seconds(1), digits: 1)) s: "
            + "\(total[MLS_OBSERVED_MIGRATIONS]) migrations, "
            + "\(total[MLS_OBSERVED_ACROSS]) across domains: "
            + "\(total[MLS_OBSERVED_AGREED]) agreed, \(total[MLS_OBSERVED_VETOED]) vetoed, "
            + "\(total[MLS_OBSERVED_UNDECIDED]) undecided, "
            + "\(total[MLS_OBSERVED_FORCED]) forced; \(total[MLS_OBSERVED_KEPT]) kept, of which "
            + "\(total[MLS_OBSERVED_KEPT_MOVED]) would move; "
            + "\(requests[MLS_REQUESTS_SENT]) requests, "
            + "\(requests[MLS_REQUESTS_DROPPED]) dropped."
    }

    /// What watching cost, without what measuring it cost.
    private static func overhead(
        _ time: RunTime,
        _ empty: RunTime,
        _ observation: Observation
    ) -> String {
        let measuring = empty.nanosecondsPerRun
        let each = max(0, time.nanosecondsPerRun - measuring)
        let total = each * Double(time.runs)
        let switches = Double(max(observation.total[MLS_OBSERVED_SWITCHES], 1))
        let seconds = max(observation.elapsed / .seconds(1), 1e-9)
        return "Watching took \(fixed(each, digits: 0)) ns an event (measuring it another "
            + "\(fixed(measuring, digits: 0))): \(fixed(total / 1e7 / seconds, digits: 2))% of "
            + "one core at \(fixed(switches / seconds, digits: 0)) switches/s, "
            + "\(fixed(total / switches / 100, digits: 2))% at 100000."
    }

    private static func table(_ processes: [ObservedProcess]) -> [String] {
        let counters = ObservedCounters.columns
        var table = TextTable([.left] + counters.map { _ in .right })
        table.append(["process"] + counters.map(\.name))
        for process in processes {
            table.append(
                [printable(process.name)] + counters.map { "\(process.counters[$0.counter])" }
            )
        }
        return table.lines()
    }
}
