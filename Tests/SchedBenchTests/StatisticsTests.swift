import Testing

@testable import SchedBench

@Suite("Statistics")
struct StatisticsTests {
    @Test("quantiles are those of numpy")
    func quantiles() throws {
        // numpy.quantile([7, 1, 3, 2, 10], [0, .1, .25, .5, .75, .9, 1])
        let sample = try #require(Sample([7, 1, 3, 2, 10]))
        let shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]
        let expected = [1, 1.4, 2, 3, 7, 8.8, 10]
        for (share, value) in zip(shares, expected) {
            #expect(abs(sample.quantile(share) - value) < 1e-12)
        }
        #expect(sample.spread == 2.5 / 3)
    }

    @Test("one value is its own median and has no spread")
    func single() throws {
        let sample = try #require(Sample([4]))
        #expect(sample.median == 4 && sample.spread == 0)
    }

    @Test("nothing, and what is no number, is no sample")
    func empty() {
        #expect(Sample([]) == nil)
        #expect(Sample([1, .nan]) == nil)
        #expect(Sample([1, .infinity]) == nil)
    }

    @Test("a percentile is told only with ten values beyond it")
    func percentiles() {
        var histogram = LatencyHistogram()
        for value in 1...999 { histogram.record(UInt64(value)) }
        #expect(histogram.figures["p50_ns"] == 500)
        #expect(histogram.figures["p99_ns"] == nil)
        histogram.record(1000)
        #expect(histogram.figures["p99_ns"] == 990)
        #expect(histogram.figures["p999_ns"] == nil)
        #expect(histogram.figures["max_ns"] == 1000)
        #expect(histogram.curve.map(\.percentile) == [1, 10, 25, 50, 75, 90, 95, 99])
        #expect(LatencyHistogram().figures.isEmpty)
    }

    @Test("histograms add up, and a latency over ten seconds counts as ten")
    func sums() {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        first.record(100)
        second.record(.max)
        let sum = first.adding(second)
        #expect(sum.count == 2)
        #expect((9_990_000_000...10_010_000_000).contains(sum.figures["max_ns"] ?? 0))
    }
}
