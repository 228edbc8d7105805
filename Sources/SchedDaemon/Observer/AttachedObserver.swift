internal import BPFRuntime
internal import CMLSchedABI

/// The observer at work; the kernel takes it away when this value or the process ends.
struct AttachedObserver: ~Copyable {
    let plan: SchedulerPlan
    private let observed: BPFMap
    private let processMap: BPFMap
    private let counterMap: BPFMap
    private let domains: BPFMap
    private let programs: Programs
    private let links: Links
    private let empty: Empty?

    init(
        _ object: borrowing LoadedObject,
        plan: SchedulerPlan,
        isMeasured: Bool
    ) throws(BPFError) {
        let observed = try object.map("observed")
        let processMap = try object.map("processes")
        let counterMap = try object.map("counters")
        let domains = try object.map("domains")
        let programs = try Programs(object)
        let links = try Links(object)
        let empty = isMeasured ? try Empty(object) : nil
        self.plan = plan
        self.observed = observed
        self.processMap = processMap
        self.counterMap = counterMap
        self.domains = domains
        self.programs = programs
        self.links = links
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
    borrowing func runTime() throws(BPFError) -> RunTime { try programs.runTime() }

    /// The same of the program that does nothing: what measuring itself takes.
    borrowing func emptyRunTime() throws(BPFError) -> RunTime {
        switch empty {
        case .some(let empty): try empty.program.runTime()
        case .none: RunTime()
        }
    }
}

private struct Programs: ~Copyable {
    private let change: BPFProgram
    private let wakeup: BPFProgram
    private let new: BPFProgram
    private let migrate: BPFProgram

    init(_ object: borrowing LoadedObject) throws(BPFError) {
        let change = try object.program("mlsched_observe_switch")
        let wakeup = try object.program("mlsched_observe_wakeup")
        let new = try object.program("mlsched_observe_new")
        let migrate = try object.program("mlsched_observe_migrate")
        self.change = change
        self.wakeup = wakeup
        self.new = new
        self.migrate = migrate
    }

    borrowing func runTime() throws(BPFError) -> RunTime {
        var sum = RunTime()
        for time in [
            try change.runTime(), try wakeup.runTime(), try new.runTime(), try migrate.runTime(),
        ] {
            sum.runs &+= time.runs
            sum.nanoseconds &+= time.nanoseconds
        }
        return sum
    }
}

private struct Links: ~Copyable {
    private let change: BPFLink
    private let wakeup: BPFLink
    private let new: BPFLink
    private let migrate: BPFLink

    init(_ object: borrowing LoadedObject) throws(BPFError) {
        let change = try object.attach("mlsched_observe_switch")
        let wakeup = try object.attach("mlsched_observe_wakeup")
        let new = try object.attach("mlsched_observe_new")
        let migrate = try object.attach("mlsched_observe_migrate")
        self.change = change
        self.wakeup = wakeup
        self.new = new
        self.migrate = migrate
    }
}

private struct Empty: ~Copyable {
    let program: BPFProgram
    private let link: BPFLink

    init(_ object: borrowing LoadedObject) throws(BPFError) {
        let program = try object.program(AttachedObserver.nothing)
        let link = try object.attach(AttachedObserver.nothing)
        self.program = program
        self.link = link
    }
}
