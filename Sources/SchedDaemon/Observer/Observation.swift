public import BPFRuntime
internal import CMLSchedABI

/// What the observer saw in one interval.
public struct Observation: Sendable {
    /// Since it began to count.
    public let elapsed: Duration
    /// The length of the interval.
    public let length: Duration
    /// The domains and their loads at its end.
    public let domains: [DomainLoad]
    /// What was counted in it.
    public let counters: ObservedCounters
    /// What was counted since the beginning.
    public let total: ObservedCounters
    /// The interval by process name, most migrations across domains first.
    public let processes: [ObservedProcess]
    /// All time by process name, in the same order.
    public let totalProcesses: [ObservedProcess]
    /// Requests and candidates in it, as the scheduler counts them.
    public let requests: SchedulerCounters
    /// Requests of all time.
    public let totalRequests: SchedulerCounters
    /// What the daemon measured in it; nil when its thread has ended.
    public let measurements: PipelineMeasurements?
    /// Runs of the observer's programs and their time since the beginning; nil: not measured.
    public let runTime: RunTime?
    /// The same of a program that does nothing: what measuring itself takes.
    public let emptyRunTime: RunTime?
    /// Answered requests that the log had no room for, since the beginning.
    public let lostRecords: Int
    /// Whether it is the last one.
    public let isFinal: Bool
}

/// One moment's totals; two make an interval.
struct ObservationTotals: Sendable {
    var time = ContinuousClock.now
    var counters = ObservedCounters()
    var processes: [String: ObservedCounters] = [:]
    var requests = SchedulerCounters()
    var runTime = RunTime()
    var emptyRunTime = RunTime()

    /// What was counted by process name since an earlier moment; names without news are left out.
    func processes(since earlier: Self) -> [ObservedProcess] {
        processes
            .map { name, counters in
                ObservedProcess(
                    name: name,
                    counters: counters.since(earlier.processes[name] ?? ObservedCounters())
                )
            }
            .filter { $0.counters != ObservedCounters() }
            .sorted { $0.precedes($1) }
    }
}

extension ObservedProcess {
    /// Most migrations across domains first, then most migrations, then by name.
    fileprivate func precedes(_ other: Self) -> Bool {
        for counter in [MLS_OBSERVED_ACROSS, MLS_OBSERVED_MIGRATIONS]
        where counters[counter] != other.counters[counter] {
            return counters[counter] > other.counters[counter]
        }
        return name < other.name
    }
}
