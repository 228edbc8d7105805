/// How both answers to a decision are tried.
public struct BranchOptions: Equatable, Sendable {
    /// From the decision on, ns.
    public var horizonNanoseconds: UInt64 = 10_000_000
    /// Futures that are drawn, at least 1.
    public var futures = 4
    /// One decision in this many is examined.
    public var every = 10
    /// Whether the future is the one that comes, instead of redrawn ones.
    public var isClairvoyant = false

    /// Four futures of 10 ms for one decision in ten.
    public init() {}
}
