internal import CMLSchedABI

/// What is decided for a candidate, as the byte that decision tables hold.
public enum Decision: UInt8, BitwiseCopyable, Sendable {
    /// The task stays in its domain.
    case stay = 2
    /// The task moves.
    case migrate = 3

    /// The decision of a yes or no.
    @inline(__always)
    public init(migrate: Bool) {
        self = migrate ? .migrate : .stay
    }
}
