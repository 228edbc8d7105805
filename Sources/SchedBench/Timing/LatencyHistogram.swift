internal import Histogram

/// Latencies of single events, in three significant digits.
struct LatencyHistogram {
    private var histogram: Histogram<UInt64>

    /// Takes values up to 10 s; what is longer counts as 10 s.
    init() {
        histogram = Histogram(
            highestTrackableValue: 10_000_000_000,
            numberOfSignificantValueDigits: .three
        )
    }

    /// Those that somebody else has collected, in their digits.
    init(_ histogram: Histogram<UInt64>) {
        self.histogram = histogram
    }

    /// How many.
    var count: UInt64 { histogram.totalCount }

    /// Adds one latency in nanoseconds; allocates nothing.
    @inline(__always)
    mutating func record(_ nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, histogram.highestTrackableValue))
    }

    /// Both together.
    ///
    /// - Precondition: they have equally many digits.
    func adding(_ other: LatencyHistogram) -> LatencyHistogram {
        var sum = self
        sum.histogram.add(other.histogram)
        return sum
    }

    /// The figures `p50_ns`, `p99_ns`, `p999_ns` and `max_ns`, without those that so few values
    /// cannot tell: a percentile takes ten values beyond it.
    var figures: [String: Double] {
        guard count > 0 else { return [:] }
        var figures = ["p50_ns": value(50), "max_ns": Double(histogram.maxRecorded)]
        for (name, percentile) in [("p99_ns", 99), ("p999_ns", 99.9)] where isTold(percentile) {
            figures[name] = value(percentile)
        }
        return figures
    }

    /// The distribution as far as it can be told.
    var curve: [BenchResult.CurvePoint] {
        guard count > 0 else { return [] }
        return [1, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999]
            .filter(isTold)
            .map { .init(percentile: $0, nanoseconds: value($0)) }
    }

    private func isTold(_ percentile: Double) -> Bool {
        percentile <= 50 || Double(count) * (100 - percentile) >= 1000 * 0.9999
    }

    private func value(_ percentile: Double) -> Double {
        Double(histogram.valueAtPercentile(percentile))
    }
}
