internal import CSchedSim
internal import Synchronization

/// A machine that runs the BPF scheduler's own code on a workload, event by event.
///
/// ```swift
/// let machine = try SimMachine(cpus: 8, llcs: 2)
/// var simulation = try Simulation(machine, .spinners(on: machine), SimOptions(seed: 7))
/// try simulation.run(until: 5_000_000_000)
/// print(simulation.report().across)
/// ```
///
/// The same machine, workload and options give the same run, bit for bit, whatever compiler built
/// it. BPF code keeps its state in globals, so one simulation of a process runs at a time; others
/// wait for it.
public struct Simulation: ~Copyable {
    /// Why a run came back.
    public enum Stop: Equatable, Sendable {
        /// The requested time is reached.
        case reached
        /// No task is left.
        case allEnded
        /// All tasks that are left wait for each other: a deadlock.
        case deadlock
        /// The limit of events or decisions is reached.
        case limit
    }

    /// Who may run: calls of C switch globals to the simulation that they are given.
    private static let turn = Mutex<Void>(())

    // SAFETY: made by mls_sim_open(), closed once, in deinit; used under `turn` alone.
    let sim: OpaquePointer
    /// Kept alive for as long as C may call it, or read its network.
    private let closure: PolicyClosure?
    private let policy: SimPolicy
    /// The same for what receives spans.
    var trace: SpanReceiver?

    /// A simulation at its beginning.
    ///
    /// - Throws: `SimError.impossible` where machine or workload are inconsistent, or need more
    ///   memory than the options allow.
    public init(
        _ machine: SimMachine,
        _ workload: SimWorkload,
        _ options: SimOptions = SimOptions()
    ) throws(SimError) {
        policy = options.policy
        closure = PolicyClosure(options.policy)
        let context = closure.map { Unmanaged.passUnretained($0).toOpaque() }
        var lowered = options.lowered(context: context)
        var sentence = [CChar](repeating: 0, count: 512)
        let opened = Self.inTurn {
            machine.withLowered { machine in
                workload.withLowered { workload in
                    UInt(
                        bitPattern: mls_sim_open(
                            machine,
                            workload,
                            &lowered,
                            &sentence,
                            UInt32(sentence.count)
                        )
                    )
                }
            }
        }
        guard let opened = OpaquePointer(bitPattern: opened) else {
            throw .impossible(Self.text(sentence))
        }
        sim = opened
    }

    deinit {
        let sim = sim
        Self.inTurn { mls_sim_close(sim) }
    }

    /// Runs on.
    ///
    /// - Parameters:
    ///   - time: ns from the beginning.
    ///   - events: how many may happen at most.
    ///   - decisions: it stops with the event in which this decision falls, counted from the
    ///     beginning.
    /// - Returns: why it came back.
    /// - Throws: `SimError.broken` where a check finds a violation, the scheduler gives up, or
    ///   memory is used up.
    @discardableResult
    public mutating func run(
        until time: UInt64,
        events: UInt64 = UInt64.max >> 1,
        decisions: UInt64 = UInt64.max
    ) throws(SimError) -> Stop {
        let stop = Self.inTurn { mls_sim_run(sim, time, events, decisions) }
        switch stop {
        case MLS_SIM_REACHED: return .reached
        case MLS_SIM_ALL_ENDED: return .allEnded
        case MLS_SIM_DEADLOCK: return .deadlock
        case MLS_SIM_LIMIT: return .limit
        default: throw .broken(mls_sim_failure(sim).map { String(cString: $0) } ?? "it broke")
        }
    }

    /// What it has come to.
    public func report() -> SimReport {
        var raw = mls_sim_report()
        Self.inTurn { mls_sim_report(sim, &raw) }
        return SimReport(raw)
    }

    /// Of all that happened: the same in two runs only if they were the same.
    public func digest() -> UInt64 { Self.inTurn { mls_sim_digest(sim) } }

    /// The results of each task, in the order of starts; one that ended may have made room for
    /// another.
    public func tasks() -> [SimTaskReport] {
        var reports: [SimTaskReport] = []
        while let next = task(reports.count) { reports.append(next) }
        return reports
    }

    /// The results of a task, by its place; nil where there is none.
    public func task(_ index: Int) -> SimTaskReport? {
        var raw = mls_sim_task_report()
        let found = Self.inTurn {
            mls_sim_task_report(sim, UInt32(clamping: index), &raw)
        }
        return found ? SimTaskReport(raw) : nil
    }

    /// The scheduler's counters.
    public func counters() -> SimCounters {
        var words = [UInt64](repeating: 0, count: SimCounters.count)
        Self.inTurn { mls_sim_counters(sim, &words, UInt32(words.count)) }
        return SimCounters(words)
    }

    /// The time from wake-up to running that a part of all wake-ups does not exceed, ns.
    public func wakeupWait(quantile: Double) -> UInt64 {
        mls_sim_quantile(sim, MLS_SIM_WAKEUP_WAITS, UInt32(quantile * 1_000_000))
    }

    /// The time of a unit of work that a part of all units does not exceed, ns.
    public func unitTime(quantile: Double) -> UInt64 {
        mls_sim_quantile(sim, MLS_SIM_UNIT_TIMES, UInt32(quantile * 1_000_000))
    }

    /// Calls C while no other simulation does.
    static func inTurn<Result: Sendable>(_ body: () -> Result) -> Result {
        turn.withLock { _ in body() }
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension SimMachine {
    /// Hands the machine over as C has it; valid only inside the closure.
    func withLowered<Result>(_ body: (UnsafePointer<mls_sim_machine>) -> Result) -> Result {
        cpus.map(\.lowered).withUnsafeBufferPointer { cpus in
            var machine = mls_sim_machine(
                nr_cpus: UInt32(cpus.count),
                cpus: cpus.baseAddress,
                tick_ns: tickNanoseconds,
                stale_idle_masks: hasStaleIdleMasks,
                enqueue_first: enqueuesFirst,
                costs: costs.lowered
            )
            return body(&machine)
        }
    }
}
