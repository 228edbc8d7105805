internal import CSchedSim

/// What a task does next.
///
/// Jumps count steps within the task's own program.
public enum SimStep: Hashable, Sendable, CustomStringConvertible {
    /// Runs, for a time of a CPU of full capacity.
    case run(SimDraw)
    /// Sleeps.
    case sleep(SimDraw)
    /// Sleeps until the next multiple of a period.
    case period(UInt64)
    /// Puts one into a channel; waits while it is full.
    case put(Int)
    /// Takes one out of a channel; waits while it is empty.
    case get(Int)
    /// Waits for the next signal of a channel.
    case wait(Int)
    /// Wakes the first that waits for a channel.
    case signal(Int)
    /// Wakes all that wait for a channel.
    case broadcast(Int)
    /// Starts a child like a task of the workload, by its index.
    case fork(Int)
    /// Waits until at most this many children are alive.
    case join(atMost: Int)
    /// Repeats from an earlier step, this often in total; nil: for ever.
    case `repeat`(from: Int, times: Int?)
    /// Jumps to another step in this many of 1,024 cases.
    case branch(to: Int, cases: Int)
    /// Sets its own weight.
    case weight(Int)
    /// Sets its own CPUs, by the index of a mask; nil: all.
    case affinity(Int?)
    /// Disables or enables migration.
    case pin(Bool)
    /// Lets others run first.
    case yield
    /// One unit of work is done: it is counted, and the time since the last is measured.
    case done
    /// Wakes some sleeping task before its time.
    case wakeAny
    /// Ends.
    case exit

    /// As a person reads it; times in microseconds.
    public var description: String {
        switch self {
        case .run(let time): "run \(time)"
        case .sleep(let time): "sleep \(time)"
        case .period(let time): "period \(time / 1000)"
        case .put(let channel): "put \(channel)"
        case .get(let channel): "get \(channel)"
        case .wait(let channel): "wait \(channel)"
        case .signal(let channel): "signal \(channel)"
        case .broadcast(let channel): "broadcast \(channel)"
        case .fork(let task): "fork \(task)"
        case .join(let most): "join \(most)"
        case .repeat(let from, let times): "repeat \(from)" + (times.map { " ×\($0)" } ?? "")
        case .branch(let to, let cases): "branch \(to) \(cases)/1024"
        case .weight(let weight): "weight \(weight)"
        case .affinity(let mask): "affinity " + (mask.map(String.init) ?? "all")
        case .pin(let pinned): pinned ? "pin" : "unpin"
        case .yield: "yield"
        case .done: "done"
        case .wakeAny: "wake-any"
        case .exit: "exit"
        }
    }

    /// The C step of a program that begins at a place of the workload's steps.
    func lowered(from first: Int) -> mls_sim_step {
        switch self {
        case .run(let time): Self.step(MLS_SIM_RUN, time: time)
        case .sleep(let time): Self.step(MLS_SIM_SLEEP, time: time)
        case .period(let time): Self.step(MLS_SIM_PERIOD, time: .constant(time))
        case .put(let channel): Self.step(MLS_SIM_PUT, channel)
        case .get(let channel): Self.step(MLS_SIM_GET, channel)
        case .wait(let channel): Self.step(MLS_SIM_WAIT, channel)
        case .signal(let channel): Self.step(MLS_SIM_SIGNAL, channel)
        case .broadcast(let channel): Self.step(MLS_SIM_BROADCAST, channel)
        case .fork(let task): Self.step(MLS_SIM_FORK, task)
        case .join(let most): Self.step(MLS_SIM_JOIN, most)
        case .repeat(let from, let times): Self.step(MLS_SIM_REPEAT, first + from, times ?? 0)
        case .branch(let to, let cases): Self.step(MLS_SIM_BRANCH, first + to, cases)
        case .weight(let weight): Self.step(MLS_SIM_WEIGHT, weight)
        case .affinity(let mask): Self.step(MLS_SIM_AFFINITY, mask ?? Int(UInt32.max))
        case .pin(let pinned): Self.step(MLS_SIM_PIN, pinned ? 1 : 0)
        case .yield: Self.step(MLS_SIM_YIELD)
        case .done: Self.step(MLS_SIM_DONE)
        case .wakeAny: Self.step(MLS_SIM_WAKE_ANY)
        case .exit: Self.step(MLS_SIM_EXIT)
        }
    }

    private static func step(
        _ kind: mls_sim_step_kind,
        _ argument: Int = 0,
        _ count: Int = 0,
        time: SimDraw = .constant(0)
    ) -> mls_sim_step {
        mls_sim_step(
            kind: kind.rawValue,
            arg: UInt32(clamping: argument),
            count: UInt32(clamping: count),
            time: time.lowered
        )
    }
}
