/// The outcome of one branch: sums from the decision to the horizon.
public struct SimOutcome: Equatable, Sendable {
    /// Time that all tasks waited, by weight, ns.
    public let waited: Int64
    /// Time paid for caches and shared data, ns.
    public let refilled: Int64
    /// Work done by all tasks, ns.
    public let worked: Int64
    /// Time that the task itself waited, ns.
    public let ownWaited: Int64
    /// Time that the task itself paid for caches, ns.
    public let ownRefilled: Int64
    /// Work that the task itself did, ns.
    public let ownWorked: Int64

    /// The cost to minimise: waiting and refill of all tasks, ns.
    public var cost: Int64 { waited + refilled }

    init(
        from start: SimReport,
        to end: SimReport,
        task first: SimTaskReport?,
        _ last: SimTaskReport?
    ) {
        func grown(_ first: UInt64?, _ last: UInt64?) -> Int64 {
            Int64(bitPattern: (last ?? 0) &- (first ?? 0))
        }
        waited = grown(start.weightedWaitNanoseconds, end.weightedWaitNanoseconds)
        refilled =
            grown(start.refillNanoseconds, end.refillNanoseconds)
            + grown(start.transferNanoseconds, end.transferNanoseconds)
        worked = grown(start.workNanoseconds, end.workNanoseconds)
        ownWaited = grown(first?.waitedNanoseconds, last?.waitedNanoseconds)
        ownRefilled = grown(first?.refillNanoseconds, last?.refillNanoseconds)
        ownWorked = grown(first?.workNanoseconds, last?.workNanoseconds)
    }
}
