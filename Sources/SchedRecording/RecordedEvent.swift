/// One event of the kernel's scheduler.
public struct RecordedEvent: Equatable, Sendable {
    /// What happened.
    public enum Action: UInt8, Sendable {
        /// A task leaves a CPU and another one comes; task 0 is the CPU's idling.
        case change = 1
        /// A task that sleeps is woken.
        case waking = 2
    }

    /// The state of the task that left, or what woke the task.
    public enum Manner: UInt8, Sendable {
        /// Left: it can go on at once, being preempted or having yielded. Woken: by a task.
        case ordinary = 0
        /// Left: it sleeps until woken. Woken: by an interrupt, such as a timer's or a disk's.
        case asleep = 1
        /// Left: it sleeps and signals cannot wake it, mostly for a disk.
        case waiting = 2
        /// Left: it has ended.
        case dead = 3
        /// Left: a signal or a debugger has stopped it.
        case stopped = 4

        /// Of a waking: an interrupt did it, and the other task is whom it interrupted.
        public static let interrupt = Manner.asleep
    }

    /// When: nanoseconds since the recording began.
    public let nanoseconds: UInt64
    /// The task that leaves or is woken: a thread's id.
    public let task: UInt32
    /// The task that comes or wakes.
    public let other: UInt32
    /// Where it happened.
    public let cpu: UInt16
    /// What happened.
    public let action: Action
    /// How.
    public let manner: Manner

    /// An event given in full.
    public init(
        nanoseconds: UInt64,
        cpu: UInt16,
        action: Action,
        task: UInt32,
        other: UInt32,
        manner: Manner
    ) {
        self.nanoseconds = nanoseconds
        self.cpu = cpu
        self.action = action
        self.task = task
        self.other = other
        self.manner = manner
    }
}
