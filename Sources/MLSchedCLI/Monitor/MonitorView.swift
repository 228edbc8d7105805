import SchedDaemon
import SchedExtStats

/// The statistics of a scheduler as lines for a terminal.
struct MonitorView {
    private let values: StatsValue
    private let width: Int

    /// A view of the values of an interval, at most that many columns wide.
    init(_ values: StatsValue, width: Int) {
        self.values = values
        self.width = width
    }

    /// All lines, none wider than the terminal.
    var lines: [String] {
        ([headline, ""] + domains + [""] + candidates + ["", inference, health])
            .map { String($0.prefix(width)) }
    }

    /// One line, for a pipe.
    var line: String {
        let domains = values["domains"]?.members ?? []
        let loads = domains.compactMap { $0.value["load_ratio"]?.asNumber }
        return [
            "\(fixed(number("elapsed_seconds"), digits: 1)) s",
            "loads \(Self.range(of: loads))",
            "consulted \(sum("consulted"))", "decided \(decided)",
            "migrate \(sum("said_migrate"))", "stay \(sum("said_stay"))",
            "overridden \(sum("overridden"))", "executed \(sum("executed"))", health,
        ].joined(separator: ", ")
    }

    /// Every load, or on machines with many domains the lowest and the highest.
    private static func range(of loads: [Double]) -> String {
        guard loads.count > 8, let low = loads.min(), let high = loads.max() else {
            return loads.map { fixed($0, digits: 2) }.joined(separator: " ")
        }
        return "\(fixed(low, digits: 2))-\(fixed(high, digits: 2))"
    }

    private var headline: String {
        let interval = fixed(number("interval_seconds"), digits: 1)
        return "mlsched, attached for \(fixed(number("elapsed_seconds"), digits: 0)) s; "
            + "figures of the last \(interval) s"
    }

    private var domains: [String] {
        let domains = values["domains"]?.members ?? []
        let names = domains.map { "domain \($0.name)  CPUs \($0.value["cpus"]?.asText ?? "")" }
        let column = names.map(\.count).max() ?? 0
        return zip(domains, names).map { domain, name in
            let load = domain.value["load_ratio"]?.asNumber ?? 0
            let padding = String(repeating: " ", count: column - name.count)
            return "\(name)\(padding)  \(fixed(load, digits: 2)) \(bar(load, after: column + 7))"
        }
    }

    /// A bar for 0 – 1 in the columns that are left, with a mark where all CPUs are busy.
    private func bar(_ load: Double, after column: Int) -> String {
        let length = min(max(width - column - 3, 0), 40)
        guard length >= 4 else { return "" }
        let full = Int((min(max(load, 0), 1) * Double(length)).rounded())
        let cells = (0..<length).map { $0 < full ? "#" : $0 == length / 2 ? "|" : "." }
        return "[\(cells.joined())]"
    }

    private var candidates: [String] {
        var table = TextTable([.left, .right, .right, .right, .right, .right, .right])
        table.append(["", "consulted", "decided", "migrate", "stay", "overridden", "executed"])
        for (kind, row) in values["candidates"]?.members ?? [] {
            let cells = ["consulted", "decided", "said_migrate", "said_stay", "overridden"]
            table.append([kind] + (cells + ["executed"]).map { "\(Int(row[$0]?.asNumber ?? 0))" })
        }
        return table.lines()
    }

    private var inference: String {
        let stages = values["latency"]
        let texts = ["inference", "decision"].compactMap { name -> String? in
            guard let stage = stages?[name], let count = stage["samples"]?.asNumber, count > 0
            else {
                return nil
            }
            let times = ["p50", "p99", "max"].map { quantile in
                let seconds = stage["\(quantile)_seconds"]?.asNumber ?? 0
                return "\(quantile) \(time(UInt64(max(seconds, 0) * 1e9)))"
            }
            return "\(name) \(times.joined(separator: ", "))"
        }
        return texts.isEmpty ? "no requests in this time" : texts.joined(separator: "; ")
    }

    private var health: String {
        let drops = Int(number("requests_dropped"))
        let filled = fixed(number("filled_ratio") * 100, digits: 0)
        let state = number("degraded") == 0 ? "ok" : "degraded"
        return "\(state), \(filled)% filled, \(drops) requests dropped"
    }

    private var decided: String {
        let (decided, undecided) = (sum("decided"), sum("undecided"))
        guard decided + undecided > 0 else { return "-" }
        return fixed(100 * Double(decided) / Double(decided + undecided), digits: 1) + "%"
    }

    private func number(_ name: String) -> Double { values[name]?.asNumber ?? 0 }

    /// A counter of all kinds of candidates.
    private func sum(_ name: String) -> Int {
        (values["candidates"]?.members ?? []).reduce(0) { sum, kind in
            sum + Int(kind.value[name]?.asNumber ?? 0)
        }
    }
}
