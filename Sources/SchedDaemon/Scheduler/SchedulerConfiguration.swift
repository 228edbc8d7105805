public import MLSched

/// What a user can choose about one run of the scheduler.
public struct SchedulerConfiguration: Equatable, Sendable {
    /// What the kernel calls the scheduler: letters, digits, `_` and `.`, 127 bytes at most.
    public var name = "mlsched"
    /// After how long without running a task the kernel ejects the scheduler; nil: 20 s.
    public var timeout: Duration?
    /// How CPUs are grouped into domains.
    public var grouping = DomainGrouping.cache
    /// Who decides.
    public var policy = Policy.model
    /// Ask the model and count what it says, but obey the fallback rule.
    public var isShadow = false
    /// Schedule only tasks of the class `SCHED_EXT`.
    public var isPartial = false
    /// Obey `cpu.weight` of control groups, on every level.
    public var obeysGroups = true
    /// Start beside control groups that `cpu.max` limits, though it will not limit them.
    public var ignoresLimits = false
    /// How long a task runs before others get their turn; 100 µs – 100 ms.
    public var slice = Duration.milliseconds(5)
    /// A task that has waited longer moves whatever the policy says.
    public var waitBound = Duration.milliseconds(20)
    /// Bytes of the kernel's debug dump that are kept.
    public var exitDumpLength: UInt32 = 32768
    /// Size in bytes up to which decisions are a table; above it a hash of the recent ones.
    public var tableLimit = 32 << 20
    /// For how long all patterns are decided before a model comes into force; what is then left is
    /// decided on request.
    public var fillLimit = Duration.milliseconds(200)
    /// Poll the ring without ever sleeping: microseconds faster, and a CPU busy.
    public var isBusyPolling = false

    /// The defaults.
    public init() {}
}
