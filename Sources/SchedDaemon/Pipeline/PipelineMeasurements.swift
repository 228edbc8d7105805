internal import CMLSchedABI
public import Histogram

/// What one pipeline did and how long it took, since it began.
public struct PipelineMeasurements: Sendable {
    /// Time of one batch in the network, ns.
    public var inference = Self.histogram(upTo: 100_000_000)
    /// Time from a request's stamp in the kernel until its decision is visible there, ns.
    public var latency = Self.histogram(upTo: 10_000_000_000)
    /// Batches by their size; the index is the number of requests.
    public var batchSizes: [UInt64] = Array(repeating: 0, count: 33)
    /// Requests answered.
    public var requests: UInt64 = 0
    /// Patterns decided before anybody asked, those of the fill aside.
    public var anticipated: UInt64 = 0
    /// Requests whose pattern this run does not have.
    public var foreignRequests: UInt64 = 0
    /// How the generation in force was filled; nil when it began empty.
    public var fill: Fill?

    /// How a generation was filled before it came into force.
    public struct Fill: Equatable, Sendable {
        /// Patterns decided.
        public let decided: Int
        /// Patterns that there are.
        public let patterns: Int
        /// Time in the network, ns.
        public let nanoseconds: UInt64

        /// The part that was decided, 0 – 1.
        public var share: Double { Double(decided) / Double(patterns) }
    }

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

extension PipelineMeasurements {
    /// These and others together, in memory of their own; the fill is that of `self`, if any.
    ///
    /// Added to nothing it is a copy that shares no memory: recording would otherwise copy, and so
    /// allocate, at the next batch.
    public func adding(_ other: Self) -> Self {
        var sum = Self()
        for part in [self, other] {
            sum.inference.add(part.inference)
            sum.latency.add(part.latency)
            for (size, count) in part.batchSizes.enumerated() { sum.batchSizes[size] &+= count }
            sum.requests &+= part.requests
            sum.anticipated &+= part.anticipated
            sum.foreignRequests &+= part.foreignRequests
        }
        sum.fill = fill ?? other.fill
        return sum
    }

    /// What was measured since an earlier state of the same pipelines; the fill is the latest.
    public func since(_ earlier: Self) -> Self {
        var news = Self()
        news.inference = inference.since(earlier.inference)
        news.latency = latency.since(earlier.latency)
        news.batchSizes = zip(batchSizes, earlier.batchSizes).map { $0 &- $1 }
        news.requests = requests &- earlier.requests
        news.anticipated = anticipated &- earlier.anticipated
        news.foreignRequests = foreignRequests &- earlier.foreignRequests
        news.fill = fill
        return news
    }
}

extension Histogram where Count == UInt64 {
    /// What was recorded since an earlier state; values are exact to the histogram's digits.
    fileprivate func since(_ earlier: Self) -> Self {
        var news = self
        news.reset()
        for bucket in recordedValues() {
            let count = bucket.count &- earlier.countForValue(bucket.value)
            if count > 0 { news.record(bucket.value, count: count) }
        }
        return news
    }
}
