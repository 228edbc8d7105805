internal import CMLSchedABI
public import Histogram

/// What one pipeline did and how long it took, over some time.
public struct PipelineMeasurements: Sendable {
    /// Time of one batch in the network, ns.
    public var inference = Self.histogram(upTo: 100_000_000)
    /// Time from a request's stamp in the kernel until its decision is visible there, ns.
    public var latency = Self.histogram(upTo: 10_000_000_000)
    /// Batches by their size; the index is the number of requests.
    public var batchSizes: [UInt64] = Array(repeating: 0, count: 33)
    /// Requests answered.
    public var requests: UInt64 = 0
    /// Patterns decided before anybody asked.
    public var anticipated: UInt64 = 0
    /// Requests whose pattern this run does not have.
    public var foreignRequests: UInt64 = 0

    /// Nothing measured yet; allocates all that recording needs.
    public init() {}

    /// Batches answered.
    public var batches: UInt64 { batchSizes.reduce(0, +) }

    /// Adds one batch; allocates nothing.
    mutating func record(
        _ batch: UnsafeBufferPointer<mls_request>,
        inference nanoseconds: UInt64,
        visible: UInt64
    ) {
        inference.record(min(nanoseconds, inference.highestTrackableValue))
        for request in batch {
            let waited = visible > request.stamp_ns ? visible &- request.stamp_ns : 0
            latency.record(min(waited, latency.highestTrackableValue))
        }
        batchSizes[min(batch.count, batchSizes.count - 1)] += 1
        requests &+= UInt64(batch.count)
    }

    /// A histogram that keeps two significant digits, a few kilobytes large, and never grows.
    private static func histogram(upTo nanoseconds: UInt64) -> Histogram<UInt64> {
        Histogram(highestTrackableValue: nanoseconds, numberOfSignificantValueDigits: .two)
    }
}
