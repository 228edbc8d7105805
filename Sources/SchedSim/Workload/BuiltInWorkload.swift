/// Built-in workloads, scaled to a machine.
public enum BuiltInWorkload: String, CaseIterable, Sendable {
    /// One and a half busy tasks for each CPU, all started in the first domain, then unpinned.
    case spinners
    /// Pairs of tasks that wake each other.
    case pairs
    /// Groups in which ten tasks send to ten others, as hackbench does.
    case groups
    /// A build: jobs of very different length, forked by one task as others end.
    case build
    /// Messengers that wake eight workers each, as schbench does.
    case messengers
    /// Short requests among kernel threads, interrupts and a few busy tasks.
    case web
    /// Busy tasks beside real-time ones that take CPUs away.
    case realtime
    /// Tasks that are busy for a second, then wake up often for another.
    case phases
    /// Tasks that come in bursts, of every length and footprint.
    case mix

    /// One sentence, for help texts.
    public var summary: String {
        switch self {
        case .spinners: "busy tasks, half as many again as CPUs, all born in the first domain"
        case .pairs: "pairs of tasks that wake each other, one for every two CPUs"
        case .groups: "ten senders and ten receivers a group, one group for every two CPUs"
        case .build: "jobs of 1 to 200 ms, one for each CPU at a time, forked by one task"
        case .messengers: "messengers that wake eight workers each, one for every four CPUs"
        case .web: "short requests among kernel threads, interrupts and busy tasks"
        case .realtime: "busy tasks beside real-time ones that take CPUs away"
        case .phases: "tasks that are busy and wakeful by turns"
        case .mix: "bursts of every length and footprint, three tasks for each CPU"
        }
    }

    /// The workload for a machine.
    public func workload(on machine: SimMachine) -> SimWorkload {
        let cpus = machine.cpus.count
        return switch self {
        case .spinners: Self.spinners(on: machine, count: max(2, cpus * 3 / 2))
        case .pairs: Self.pairs(count: max(1, cpus / 2))
        case .groups: Self.groups(count: max(1, cpus / 2))
        case .build: Self.build(jobs: cpus)
        case .messengers: Self.messengers(count: max(1, cpus / 4))
        case .web: Self.web(cpus: cpus)
        case .realtime: Self.realtime(cpus: cpus)
        case .phases: Self.phases(cpus: cpus)
        case .mix: Self.mix(count: cpus * 3)
        }
    }
}
