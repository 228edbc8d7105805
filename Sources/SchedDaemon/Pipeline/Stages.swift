public import CMLSchedABI

/// The first stage: gives requests, oldest first.
public protocol RequestSource: ~Copyable {
    /// Moves the requests that are there now into the start of a batch, as many as fit.
    ///
    /// Never waits and allocates nothing.
    ///
    /// - Returns: how many; 0 when there are none.
    mutating func take(into batch: UnsafeMutableBufferPointer<mls_request>) -> Int

    /// Sees to it that whoever waits for the source is woken by the next request.
    ///
    /// - Returns: whether to wait; false when requests have come meanwhile.
    mutating func prepareToWait() -> Bool
}

/// The middle stage: scores patterns.
public protocol DecisionMaker: ~Copyable {
    /// Decides on each pattern, all of one generation.
    ///
    /// Never waits and allocates nothing.
    ///
    /// - Parameters:
    ///   - patterns: indexes into the pattern space of the run.
    ///   - decisions: receives `MLS_STAY` or `MLS_MIGRATE` for each, in their order.
    mutating func decide(
        _ patterns: UnsafeBufferPointer<UInt32>,
        into decisions: UnsafeMutableBufferPointer<UInt8>
    )

    /// What the kernel evaluates in place of patterns; nil, as by default: nothing. Valid as long
    /// as the maker.
    var network: UnsafePointer<mls_network>? { get }
}

extension DecisionMaker where Self: ~Copyable {
    /// Nothing: patterns are decided here.
    public var network: UnsafePointer<mls_network>? { nil }
}

/// The last stage: puts decisions where the kernel finds them.
///
/// Of two generations: the one in force is published to, pattern by pattern; the next one is
/// staged where nobody sees it and comes into force as a whole. Nothing here allocates.
public protocol DecisionSink: ~Copyable {
    /// Publishes one decision for each pattern, in the generation in force.
    mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    )

    /// Whether the generation in force has no decision on a pattern, and wants one unasked.
    borrowing func isOpen(_ pattern: UInt32) -> Bool

    /// Whether it has room for a decision on every pattern; if not, nothing is staged.
    var holdsEveryPattern: Bool { get }

    /// Stages what the next generation says of each pattern, `MLS_UNDECIDED` included.
    mutating func stage(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    )

    /// Puts down the network of the next generation; nil where it decides by patterns.
    mutating func stage(_ network: UnsafePointer<mls_network>?)

    /// Puts the next generation into force, in one store; no older decision is seen under it.
    ///
    /// - Precondition: since the last commit a network has been staged, or every pattern where
    ///   there is room.
    mutating func commit()
}

/// The time that request stamps are on.
public protocol NanosecondClock {
    /// Nanoseconds of `CLOCK_MONOTONIC`, or of whatever a test says.
    func now() -> UInt64
}
