internal import CMLSchedABI
internal import CSchedSim
public import MLSched

/// The results of a simulation.
public struct SimReport: Equatable, Sendable {
    /// Time simulated, ns.
    public let nowNanoseconds: UInt64
    /// Events handled.
    public let events: UInt64
    /// Candidates on which a policy outside of the scheduler was asked.
    public let decisions: UInt64
    /// Times that a CPU began to run another task.
    public let switches: UInt64
    /// Wake-ups.
    public let wakeups: UInt64
    /// Work done, ns of a CPU of full capacity; what moving cost is not in it.
    public let workNanoseconds: UInt64
    /// Time that CPUs were busy, ns.
    public let busyNanoseconds: UInt64
    /// Time that tasks waited to run, ns.
    public let waitedNanoseconds: UInt64
    /// The same by weight: a task of nice 0 counts once.
    public let weightedWaitNanoseconds: UInt64
    /// Time paid to fill caches again, ns.
    public let refillNanoseconds: UInt64
    /// Time paid for data that came from another CPU at a wake-up, ns.
    public let transferNanoseconds: UInt64
    /// Time of CPUs that were idle while tasks waited, whether or not they could use them, ns.
    public let idleBesideNanoseconds: UInt64
    /// Times that a task went on in another domain.
    public let across: UInt64
    /// Times that a task went on on another CPU of its domain.
    public let within: UInt64
    /// Units of work done.
    public let units: UInt64
    /// The longest wait, ns.
    public let longestWaitNanoseconds: UInt64
    /// The longest wait that a check found beside an idle CPU, ns; 0 without checks.
    public let longestIdleBesideNanoseconds: UInt64
    /// Memory of the simulation, bytes.
    public let memory: UInt64
    /// Tasks that have not ended.
    public let alive: Int
    /// Tasks that were started.
    public let born: Int

    init(_ raw: mls_sim_report) {
        nowNanoseconds = raw.now_ns
        events = raw.events
        decisions = raw.decisions
        switches = raw.switches
        wakeups = raw.wakeups
        workNanoseconds = raw.work_ns
        busyNanoseconds = raw.busy_ns
        waitedNanoseconds = raw.waited_ns
        weightedWaitNanoseconds = raw.weighted_wait_ns
        refillNanoseconds = raw.refill_ns
        transferNanoseconds = raw.transfer_ns
        idleBesideNanoseconds = raw.idle_beside_ns
        across = raw.across
        within = raw.within
        units = raw.done
        longestWaitNanoseconds = raw.longest_wait_ns
        longestIdleBesideNanoseconds = raw.longest_idle_beside_ns
        memory = raw.memory
        alive = Int(raw.tasks_alive)
        born = Int(raw.tasks_born)
    }
}

/// The results of one task of a simulation.
public struct SimTaskReport: Equatable, Sendable {
    /// The task of the workload that it is an instance of.
    public let task: Int
    /// Its weight.
    public let weight: Int
    /// The CPU where it is.
    public let cpu: Int
    /// Whether it has not ended.
    public let isAlive: Bool
    /// Work done, ns of a CPU of full capacity.
    public let workNanoseconds: UInt64
    /// Time on CPUs, ns.
    public let ranNanoseconds: UInt64
    /// Time waited to run, ns.
    public let waitedNanoseconds: UInt64
    /// Time paid to fill caches again, ns.
    public let refillNanoseconds: UInt64
    /// Times that it went on on another CPU.
    public let moves: UInt64

    init(_ raw: mls_sim_task_report) {
        task = Int(raw.template)
        weight = Int(raw.weight)
        cpu = Int(raw.cpu)
        isAlive = raw.alive
        workNanoseconds = raw.work_ns
        ranNanoseconds = raw.ran_ns
        waitedNanoseconds = raw.waited_ns
        refillNanoseconds = raw.refill_ns
        moves = raw.moves
    }
}

/// The scheduler's own counters, as `mlsched run` shows them.
public struct SimCounters: Equatable, Sendable {
    private let words: [UInt64]

    init(_ words: [UInt64]) { self.words = words }

    static let count = MemoryLayout<mls_counters>.size / MemoryLayout<UInt64>.size

    private static let perKind = Int(NR_MLS_CANDIDATE_COUNTERS.rawValue)

    /// Candidates of all kinds that were put to the policy.
    public var consulted: UInt64 { candidates(MLS_CONSULTED) }
    /// Candidates that were sent to another domain, and ran there.
    public var executed: UInt64 { candidates(MLS_EXECUTED) }
    /// Candidates that were sent although the policy said stay.
    public var overridden: UInt64 { candidates(MLS_OVERRIDDEN) }

    /// Candidates of which the policy in force said this.
    public func said(_ decision: Decision) -> UInt64 {
        candidates(decision == .migrate ? MLS_SAID_MIGRATE : MLS_SAID_STAY)
    }

    /// Candidates of a kind (wake-up, pull, imbalance) that were put to the policy.
    public func consulted(kind: Int) -> UInt64 { words[kind * Self.perKind] }

    private func candidates(_ counter: mls_candidate_counter) -> UInt64 {
        (0..<Int(NR_MLS_CANDIDATE_KINDS.rawValue)).reduce(0) {
            $0 + words[$1 * Self.perKind + Int(counter.rawValue)]
        }
    }
}
