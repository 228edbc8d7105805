/// A workload as rt-app(1) reads it, of which the simulator knows a part; what it does not know is
/// refused by name, so that no file means less here than there.
///
/// Known of `global`: `duration`; `default_policy`; what is about calibration, memory locks and logs
/// is accepted and means nothing. Known of a thread: `instance`, `delay`, `loop`, `phases`, `policy`
/// (`SCHED_OTHER`, `SCHED_IDLE`, `SCHED_FIFO`, `SCHED_RR`), `priority`, `cpus`, and `footprint`, bytes,
/// which rt-app passes over. Known of a phase: `loop`, `cpus`. Known events: `run`, `runtime`, `sleep`,
/// `timer` (relative, of one thread), `lock`, `unlock`, `wait`, `signal`, `broad`, `sync`, `suspend`,
/// `resume`, `yield` and `fork`, each optionally followed by digits.
public struct RTAppFile: Equatable, Sendable {
    /// How long it runs; nil: until its threads end.
    public var duration: Duration?
    /// Its threads, in the order of the file.
    public var threads: [Thread]

    /// One kind of thread.
    public struct Thread: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// How many start; 0: it is forked only.
        public var instances: Int
        /// When they start, µs from the beginning.
        public var delay: Int
        /// How often its phases are gone through; nil: for ever.
        public var loops: Int?
        /// Its scheduling policy.
        public var policy: Policy
        /// Its nice value, or its real-time priority.
        public var priority: Int
        /// CPUs that it may use; empty: all.
        public var cpus: [Int]
        /// Memory that it touches, bytes; nil: not told.
        public var footprint: Int?
        /// What it does.
        public var phases: [Phase]
    }

    /// A policy of the kernel's.
    public enum Policy: String, Sendable {
        case other = "SCHED_OTHER"
        case idle = "SCHED_IDLE"
        case fifo = "SCHED_FIFO"
        case roundRobin = "SCHED_RR"
    }

    /// Events in a row.
    public struct Phase: Equatable, Sendable {
        /// How often.
        public var loops: Int
        /// CPUs that the thread may use from here on; nil: as before.
        public var cpus: [Int]?
        /// In their order.
        public var events: [Event]
    }

    /// What a thread does; times are µs.
    public enum Event: Equatable, Sendable {
        case run(Int)
        case sleep(Int)
        case timer(name: String, period: Int)
        case lock(String)
        case unlock(String)
        case wait(String, mutex: String)
        case signal(String)
        case broadcast(String)
        case suspend(String)
        case resume(String)
        case yield
        case fork(String)
    }
}

/// Why a workload's file is not used.
public struct RTAppError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence: which file and line, what is wrong there, and what to do.
    public let description: String

    /// An error that says this sentence.
    public init(_ description: String) {
        self.description = description
    }
}
