import CMLSchedABI
import SchedDaemon

/// One interval as a row of a table, with the heading over it.
struct ObservationRow {
    /// The names of the columns, as wide as these.
    var heading: String { columns.map { pad($0.name, to: $0.width) }.joined(separator: " ") }
    /// The values.
    var text: String { columns.map { pad($0.value, to: $0.width) }.joined(separator: " ") }

    private let columns: [(name: String, value: String, width: Int)]

    init(_ observation: Observation) {
        let counters = observation.counters
        let loads = Self.loads(observation.domains.map(\.load))
        let time = fixed(observation.elapsed / .seconds(1), digits: 1)
        columns =
            [("time s", time, 6), ("domain loads", loads, max(12, loads.count))]
            + Self.counters.map { name, counter in
                (name, "\(counters[counter])", max(7, name.count))
            }
            + [("requests", "\(observation.requests[MLS_REQUESTS_SENT])", 8)]
    }

    /// The counters that have a column.
    static let counters: [(name: String, counter: mls_observed_counter)] = [
        ("migrations", MLS_OBSERVED_MIGRATIONS), ("across", MLS_OBSERVED_ACROSS),
        ("agreed", MLS_OBSERVED_AGREED), ("vetoed", MLS_OBSERVED_VETOED),
        ("undecided", MLS_OBSERVED_UNDECIDED), ("forced", MLS_OBSERVED_FORCED),
        ("kept", MLS_OBSERVED_KEPT), ("would move", MLS_OBSERVED_KEPT_MOVED),
    ]

    /// Every domain's load, or on machines with many of them the lowest and the highest.
    private static func loads(_ loads: [Double]) -> String {
        guard loads.count > 4, let low = loads.min(), let high = loads.max() else {
            return loads.map { fixed($0, digits: 2) }.joined(separator: " ")
        }
        return "\(fixed(low, digits: 2))-\(fixed(high, digits: 2))"
    }

    private func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
