import Glibc
import LinuxSystem
import Testing

@testable import SchedBench

@Suite("Timing")
struct TimingTests {
    @Test("a duration is without the cost of reading the clock, and never negative")
    func duration() {
        let watch = Stopwatch()
        let cost = watch.cost
        #expect(watch.duration(from: 1000, to: 1000 + cost + 7) == 7)
        #expect(watch.duration(from: 1000, to: 1000 + cost) == 0)
        #expect(watch.duration(from: 1000, to: 1000) == 0)
        // A clock that has come round since.
        #expect(watch.duration(from: .max - 4, to: cost + 5) == 10)
    }

    @Test("the clock does not go back")
    func monotonic() {
        let watch = Stopwatch()
        var last = watch.now()
        for _ in 0..<1000 {
            let now = watch.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test("work runs on its CPU, on a thread of its own, and what it returns comes back")
    func pinned() throws {
        let own = pthread_self()
        for cpu in ThisThread.allowedCPUs.prefix(2) {
            let (allowed, isOther) = try PinnedThread.run(on: cpu, named: "test") {
                let isOther = pthread_equal(pthread_self(), own) == 0
                return (ThisThread.allowedCPUs, isOther)
            }
            #expect(allowed == [cpu] && isOther)
        }
    }

    @Test("what the work throws comes back")
    func failure() {
        let failure = BenchError("nothing to measure")
        #expect(throws: failure) {
            try PinnedThread.run(on: ThisThread.allowedCPUs[0], named: "test") { throw failure }
        }
    }

    @Test("a CPU that cannot be had is an error that says what to do", arguments: [1023, 5000, -1])
    func absent(cpu: Int) throws {
        var hasRun = false
        let error = #expect(throws: BenchError.self) {
            hasRun = try PinnedThread.run(on: cpu, named: "test") { true }
        }
        #expect(!hasRun)
        let advice = "; give a CPU that `taskset -p $$` allows"
        #expect(try #require(error).description.hasSuffix(advice))
    }

    @Test("no CPU to choose from is an error, too")
    func none() {
        #expect(throws: BenchError.self) { try MeasuringCPUs(preferring: nil, among: []) }
        #expect(throws: BenchError.self) { try MeasuringCPUs(preferring: 0, among: []) }
    }
}

@Suite("Latency histograms")
struct LatencyHistogramTests {
    @Test(
        "a value keeps three digits, from nothing to ten seconds",
        arguments: [0, 1, 999, 1000, 123_456, 987_654_321, 10_000_000_000] as [UInt64]
    )
    func digits(value: UInt64) throws {
        var histogram = LatencyHistogram()
        histogram.record(value)
        let told = try #require(histogram.figures["p50_ns"])
        #expect(abs(told - Double(value)) <= Double(value) / 1000)
    }

    @Test("quantiles are those of the sorted values, to three digits")
    func quantiles() throws {
        // A fixed sequence of four decades: doi 10.1145/63039.63042.
        var state: UInt64 = 42
        let values = (0..<20_000).map { _ -> UInt64 in
            state = state * 48_271 % 0x7FFF_FFFF
            return state % 10_000 * (state / 10_000 % 100 + 1)
        }
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        let sorted = values.sorted()
        #expect(histogram.count == 20_000)
        #expect(histogram.curve.map(\.percentile).last == 99.95)
        for point in histogram.curve {
            let rank = Int((point.percentile / 100 * 20_000).rounded()) - 1
            let exact = Double(sorted[rank])
            #expect(abs(point.nanoseconds - exact) <= max(1, exact / 1000 * 1.01), "\(point)")
        }
        for (left, right) in zip(histogram.curve, histogram.curve.dropFirst()) {
            #expect(left.nanoseconds <= right.nanoseconds)
        }
    }

    @Test(
        "which percentiles are told depends on how many values there are",
        arguments: [(1, 50), (19, 50), (40, 75), (100, 90), (999, 95), (1000, 99), (9000, 99.5)]
            as [(Int, Double)]
    )
    func told(count: Int, highest: Double) {
        var histogram = LatencyHistogram()
        for _ in 0..<count { histogram.record(5) }
        #expect(histogram.curve.last?.percentile == highest)
        #expect((histogram.figures["p99_ns"] != nil) == (highest >= 99))
    }
}
