/// What was known about a task at one moment.
public struct RecordedTask: Equatable, Sendable {
    /// Why it was looked at.
    public enum Reason: UInt8, Sendable {
        /// The recording began or ended, and it was there.
        case present = 1
        /// It was born.
        case forked = 2
        /// It began to execute another program.
        case executes = 3
        /// It ended.
        case exits = 4
    }

    /// When: nanoseconds since the recording began.
    public var nanoseconds: UInt64
    /// Why.
    public var reason: Reason
    /// The thread's id.
    public var task: UInt32
    /// The process: the id of its first thread.
    public var process: UInt32
    /// Who forked it; 0: not known.
    public var parent: UInt32
    /// The share of CPU time that its nice value stands for; 1,024 is nice 0.
    public var weight: UInt32
    /// The kernel's number of its scheduling policy: 0 ordinary, 1 and 2 real-time, 3 batch, 5 idle,
    /// 6 deadline, 7 sched_ext.
    public var policy: UInt32
    /// Memory of its process that is in RAM, shared pages included; 0: not known.
    public var residentBytes: UInt64
    /// Whether it belongs to the kernel.
    public var isKernelThread: Bool
    /// Whether it belongs to the program that made the recording.
    public var isRecorder: Bool
    /// Whether it ran or waited for a CPU.
    public var isRunnable: Bool
    /// CPUs that it may use; empty: all.
    public var allowedCPUs: [Int]
    /// The hash of its name, the same for the same name within one recording.
    public var nameHash: UInt64
    /// Its name, at most 15 bytes; empty in a recording without names.
    public var name: String

    /// A task about which nothing is known but its id.
    public init(task: UInt32, nanoseconds: UInt64 = 0, reason: Reason = .present) {
        self.task = task
        self.nanoseconds = nanoseconds
        self.reason = reason
        process = task
        parent = 0
        weight = 1024
        policy = 0
        residentBytes = 0
        isKernelThread = false
        isRecorder = false
        isRunnable = false
        allowedCPUs = []
        nameHash = 0
        name = ""
    }
}
