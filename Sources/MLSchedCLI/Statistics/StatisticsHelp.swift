import SchedDaemon

/// What each statistic means, for `--help-stats`.
enum StatisticsHelp {
    static var text: [String] {
        let counters = SchedulerCounters()
        return ["Of each kind of candidate (wakeup, pull, imbalance):"]
            + rows(counters.named(nil)) + ["", "Of the scheduler as a whole:"]
            + rows(counters.named) + ["", "Of the daemon:"] + rows(daemon)
    }

    private static let daemon: [(name: String, meaning: String, value: UInt64)] = [
        ("load", "domain load: 0.5 is every CPU busy and nobody waiting", 0),
        ("hit", "part of consultations that the model had already decided", 0),
        ("inference", "time of one batch in the network", 0),
        ("batch", "mean number of requests that were decided together", 0),
        ("filled", "part of all patterns decided before the model came into force", 0),
        ("drops", "requests that the full ring refused", 0),
        ("degraded", "the model does not keep up; the fallback rule decides", 0),
    ]

    private static func rows(
        _ named: [(name: String, meaning: String, value: UInt64)]
    ) -> [String] {
        let width = named.map(\.name.count).max() ?? 0
        return named.map { row in
            let padding = String(repeating: " ", count: width - row.name.count)
            return "  \(row.name)\(padding)  \(row.meaning)"
        }
    }
}
