import Histogram
import SchedDaemon
import Testing

@testable import SchedBench

@Suite("Results of round trips from given rounds")
struct RoundTripTrialTests {
    private static let trip = RoundTripCase(isBusyPolling: false, rate: 1000)

    /// What a pipeline measures that answers requests after some latencies, in batches.
    private static func answers(
        _ latencies: [UInt64],
        batches: [Int] = [],
        inference: UInt64 = 500
    ) -> PipelineMeasurements {
        var measured = PipelineMeasurements()
        measured.requests = UInt64(latencies.count)
        for latency in latencies { measured.latency.record(latency) }
        for batch in batches {
            measured.batchSizes[batch] += 1
            measured.inference.record(inference)
        }
        return measured
    }

    private static func report(
        sent: Int,
        dropped: Int = 0,
        elapsed: UInt64 = 1_000_000
    ) -> RequestSender.Report {
        var report = RequestSender.Report()
        (report.sent, report.dropped, report.elapsed) = (sent, dropped, elapsed)
        return report
    }

    @Test("rounds add up: what was sent, dropped, answered and lost, and the batches")
    func sums() throws {
        var trial = RoundTripTrial(Self.trip)
        trial.add(
            Self.report(sent: 6, dropped: 1, elapsed: 2_000_000),
            Self.answers([100, 100, 100, 100, 100], batches: [2, 3]),
            processorTime: 100,
            wallTime: 1000
        )
        trial.add(
            Self.report(sent: 4, dropped: 2, elapsed: 2_000_000),
            Self.answers([110, 110, 110, 90], batches: [4]),
            processorTime: 300,
            wallTime: 1000
        )
        let results = trial.results(Results.environment)
        #expect(results.map(\.subject) == ["mlsched"])
        let result = try #require(results.first)
        #expect(result.section == "roundtrip" && result.name == Self.trip.name)
        #expect(result.primary == "p50_ns" && result.rounds == [100, 110])
        let expected: [String: Double] = [
            "sent": 10, "dropped": 3, "lost": 1, "rate_per_s": 1000, "largest_batch": 4,
            "mean_batch": 3, "processor_share": 0.2, "decisions_per_s": 9 / 0.004,
            "evaluation_p50_ns": 501, "max_ns": 110, "p50_ns": 105,
        ]
        for (name, value) in expected {
            let figure = try #require(result.figures[name], "\(name)")
            #expect(abs(figure - value) <= value / 100, "\(name) is \(figure), not \(value)")
        }
        for name in ["reloads", "ratio_to_wake", "late_p99_ns", "p99_ns"] {
            #expect(result.figures[name] == nil, "\(name) was not measured")
        }
    }

    @Test("at saturation a round counts decisions a second instead of latencies")
    func saturated() throws {
        var trial = RoundTripTrial(RoundTripCase(isBusyPolling: true, rate: nil))
        trial.add(
            Self.report(sent: 5, elapsed: 1_000_000_000),
            Self.answers([10, 20, 30, 40, 50], batches: [5]),
            processorTime: 0,
            wallTime: 0
        )
        let result = try #require(trial.results(Results.environment).first)
        #expect(result.primary == "decisions_per_s" && result.rounds == [5])
        #expect(result.figures["rate_per_s"] == nil)
        // No time is no share, not a division by zero.
        #expect(result.figures["processor_share"] == 0)
    }

    @Test("beside wake-ups stands how the round trip compares with them, round by round")
    func wakeUps() throws {
        var trial = RoundTripTrial(Self.trip)
        for (latency, wakeUp) in [(200, 100), (300, 100), (800, 200)] as [(UInt64, UInt64)] {
            trial.add(
                Self.report(sent: 1),
                Self.answers([latency], batches: [1]),
                processorTime: 1,
                wallTime: 1
            )
            var wakeUps = LatencyHistogram()
            wakeUps.record(wakeUp)
            trial.add(wakeUps: wakeUps)
        }
        let results = trial.results(Results.environment)
        #expect(results.map(\.subject) == ["mlsched", "wake-up alone"])
        #expect(results[1].rounds == [100, 100, 200] && results[1].name == results[0].name)
        #expect(results[1].figures["sent"] == nil)
        let ratio = try #require(results[0].figures["ratio_to_wake"])
        #expect(abs(ratio - 3) < 0.05)
    }

    @Test("a round without an answer has no median, and says so by an infinite one")
    func nothing() throws {
        var trial = RoundTripTrial(Self.trip)
        trial.add(Self.report(sent: 3), PipelineMeasurements(), processorTime: 1, wallTime: 1)
        trial.add(wakeUps: LatencyHistogram())
        let results = trial.results(Results.environment)
        #expect(results[0].rounds == [.infinity] && results[1].rounds == [.infinity])
        #expect(results[0].figures["lost"] == 3)
        for name in ["p50_ns", "mean_batch", "largest_batch", "ratio_to_wake"] {
            #expect(results[0].figures[name] == nil, "\(name)")
        }
        #expect(results[0].curve.isEmpty)
    }

    @Test("models that were replaced are counted where they were, and there alone")
    func reloads() throws {
        let reloading = RoundTripCase(isBusyPolling: false, rate: 1000, isReloading: true)
        for (trip, expected) in [(reloading, 7.0), (Self.trip, nil)] {
            var trial = RoundTripTrial(trip)
            trial.add(reloads: 3)
            trial.add(reloads: 4)
            #expect(trial.results(Results.environment)[0].figures["reloads"] == expected)
        }
    }
}
