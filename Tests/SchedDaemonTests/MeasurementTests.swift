import CMLSchedABI
import Histogram
import Testing

@testable import SchedDaemon

@Suite struct MeasurementTests {
    private static func measured(_ latencies: [UInt64]) -> PipelineMeasurements {
        var measurements = PipelineMeasurements()
        for latency in latencies {
            var request = mls_request()
            request.stamp_ns = 1000
            withUnsafePointer(to: request) { pointer in
                measurements.record(
                    UnsafeBufferPointer(start: pointer, count: 1),
                    inference: 200,
                    visible: 1000 + latency
                )
            }
        }
        return measurements
    }

    @Test("the news since an earlier state are what was recorded since")
    func since() {
        let early = Self.measured([10, 20])
        let late = Self.measured([10, 20, 20, 500])
        let news = late.since(early)
        #expect(news.requests == 2)
        #expect(news.batchSizes[1] == 2)
        #expect(news.latency.totalCount == 2)
        #expect(news.latency.countForValue(20) == 1)
        #expect(news.latency.valueAtPercentile(100) >= 500)
        #expect(late.since(late).latency.totalCount == 0)
    }

    @Test("measurements of two attachments add up, and the later fill counts")
    func adding() {
        var now = Self.measured([10])
        now.fill = PipelineMeasurements.Fill(decided: 1, patterns: 2, nanoseconds: 3)
        let sum = now.adding(Self.measured([10, 20]))
        #expect(sum.requests == 3)
        #expect(sum.latency.totalCount == 3)
        #expect(sum.batches == 3)
        #expect(sum.fill?.share == 0.5)
    }
}
