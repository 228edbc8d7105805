public import CMLSchedABI

/// The start of the way of a decision: gives requests, oldest first.
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

/// The middle: scores patterns.
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
}

/// The end: puts decisions where the kernel finds them.
public protocol DecisionSink: ~Copyable {
    /// Publishes one decision for each pattern, under the current generation.
    ///
    /// Allocates nothing.
    mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    )

    /// Whether nobody has decided on a pattern, and the sink wants to know of it unasked.
    borrowing func isOpen(_ pattern: UInt32) -> Bool

    /// Starts a new generation of decisions, made by another maker; none of the old ones is seen
    /// under the new generation.
    mutating func beginGeneration<Maker: DecisionMaker & ~Copyable>(deciding maker: inout Maker)
}

/// The time that request stamps are on.
public protocol NanosecondClock {
    /// Nanoseconds of `CLOCK_MONOTONIC`, or of whatever a test says.
    func now() -> UInt64
}
