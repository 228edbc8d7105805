/// What a user can choose about one observation.
public struct ObserverConfiguration: Equatable, Sendable {
    /// How CPUs are grouped into domains.
    public var grouping = DomainGrouping.cache
    /// Size in bytes up to which decisions are a table; above it a hash of the recent ones.
    public var tableLimit = 32 << 20
    /// When to stop by itself; nil: never.
    public var duration: Duration?
    /// How often to report.
    public var interval = Duration.seconds(1)
    /// Hand out every request with its answer.
    public var recordsRequests = false
    /// Let the kernel measure the observer's programs, which makes all programs a bit slower.
    public var measuresOverhead = false

    /// The defaults.
    public init() {}
}
