internal import BPFRuntime
internal import CMLSchedABI

/// The observer at work; the kernel takes it away when this value or the process ends.
struct AttachedObserver: ~Copyable {
    let plan: SchedulerPlan
    private let observed: BPFMap
    private let processMap: BPFMap
    private let counterMap: BPFMap
    private let domains: BPFMap
    private let change: AttachedProgram
    private let wakeup: AttachedProgram
    private let new: AttachedProgram
    private let migrate: AttachedProgram
    private let empty: AttachedProgram?

    init(
        _ object: borrowing LoadedObject,
        plan: SchedulerPlan,
        isMeasured: Bool
    ) throws(BPFError) {
        let observed = try object.map("observed")
        let processMap = try object.map("processes")
        let counterMap = try object.map("counters")
        let domains = try object.map("domains")
        let change = try AttachedProgram("mlsched_observe_switch", of: object)
        let wakeup = try AttachedProgram("mlsched_observe_wakeup", of: object)
        let new = try AttachedProgram("mlsched_observe_new", of: object)
        let migrate = try AttachedProgram("mlsched_observe_migrate", of: object)
        let empty = isMeasured ? try AttachedProgram(Self.nothing, of: object) : nil
        self.plan = plan
        self.observed = observed
        self.processMap = processMap
        self.counterMap = counterMap
        self.domains = domains
        self.change = change
        self.wakeup = wakeup
        self.new = new
        self.migrate = migrate
        self.empty = empty
    }

    /// Name of the program that does nothing.
    static let nothing = "mlsched_observe_nothing"

    /// What was counted in all.
    borrowing func counters() throws(BPFError) -> ObservedCounters {
        ObservedCounters(summing: try observed.perCPUValues(of: UInt32(0)))
    }

    /// What was counted by process name, in no order.
    borrowing func processes() throws(BPFError) -> [String: ObservedCounters] {
        var processes: [String: ObservedCounters] = [:]
        for key in try processMap.keys(as: mls_process_name.self) {
            guard let row: mls_observed = try processMap.value(of: key) else { continue }
            let name = withUnsafeBytes(of: key) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            processes[name] = ObservedCounters(summing: [row])
        }
        return processes
    }

    /// Candidates and requests, as the scheduler counts them.
    borrowing func requests() throws(BPFError) -> SchedulerCounters {
        SchedulerCounters(summing: try counterMap.perCPUValues(of: UInt32(0)))
    }

    /// The load of each domain now.
    borrowing func domainLoads() throws(BPFError) -> [DomainLoad] {
        try DomainLoad.read(from: domains, of: plan)
    }

    /// How often all programs ran, and for how long, while somebody measured it.
    borrowing func runTime() throws(BPFError) -> RunTime {
        try change.runTime() + wakeup.runTime() + new.runTime() + migrate.runTime()
    }

    /// The same of the program that does nothing: what measuring itself takes.
    borrowing func emptyRunTime() throws(BPFError) -> RunTime {
        switch empty {
        case .some(let empty): try empty.runTime()
        case .none: RunTime()
        }
    }
}
