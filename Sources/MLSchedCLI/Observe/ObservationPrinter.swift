import CMLSchedABI
import SchedDaemon
import Synchronization

/// Prints what was observed: a table for people, or JSON.
final class ObservationPrinter: Sendable {
    private let top: Int
    private let isJSON: Bool
    private let lines = Atomic(0)

    init(top: Int, isJSON: Bool) {
        self.top = top
        self.isJSON = isJSON
    }

    /// Prints one interval, and after the last one the sums.
    @Sendable func print(_ observation: Observation) throws(Failure) {
        guard !isJSON else {
            try OutputBuffer.print(ObservationJSON.lines(observation, top: top))
            return
        }
        var text: [String] = []
        let row = LiveRow(observation)
        if lines.wrappingAdd(1, ordering: .relaxed).oldValue % Self.linesPerHeading == 0 {
            text.append(row.heading)
        }
        text.append(row.text)
        if observation.isFinal { text += ObservationSummary(observation, top: top).text }
        try OutputBuffer.print(text)
    }

    /// Prints requests as JSON; people get their sums only.
    @Sendable func print(_ requests: [ObservedRequest]) throws(Failure) {
        guard isJSON else { return }
        var text: [String] = []
        for request in requests { text.append(try jsonLine(RequestJSON(request))) }
        try OutputBuffer.print(text)
    }

    /// The heading is repeated before it scrolls off a usual terminal.
    private static let linesPerHeading = 20
}

extension LiveRow {
    /// An interval of `mlsched observe`.
    init(_ observation: Observation) {
        let loads = Self.loads(observation.domains.map(\.load), atMost: 4)
        let time = fixed(observation.elapsed / .seconds(1), digits: 1)
        self.init(
            [("time s", time, 6), ("domain loads", loads, max(12, loads.count))]
                + ObservedCounters.columns.map { name, counter in
                    (name, "\(observation.counters[counter])", max(7, name.count))
                }
                + [("requests", "\(observation.requests[MLS_REQUESTS_SENT])", 8)]
        )
    }
}

extension ObservedCounters {
    /// The counters that have a column.
    static let columns: [(name: String, counter: mls_observed_counter)] = [
        ("migrations", MLS_OBSERVED_MIGRATIONS), ("across", MLS_OBSERVED_ACROSS),
        ("agreed", MLS_OBSERVED_AGREED), ("vetoed", MLS_OBSERVED_VETOED),
        ("undecided", MLS_OBSERVED_UNDECIDED), ("forced", MLS_OBSERVED_FORCED),
        ("kept", MLS_OBSERVED_KEPT), ("would move", MLS_OBSERVED_KEPT_MOVED),
    ]
}
