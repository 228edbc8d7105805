import BPFRuntime
import LinuxSystem
import Testing

@testable import SchedBench

@Suite("The schedule of requests")
struct SendingScheduleTests {
    /// What one run of a schedule did.
    private struct Run {
        /// Requests that each call was to send.
        var calls: [Int] = []
        /// When each call was made, ns since before the run.
        var times: [UInt64] = []
        var lateness = LatencyHistogram()

        init(_ schedule: SendingSchedule, most: Int) {
            let clock = MonotonicClock()
            let start = clock.now()
            var calls: [Int] = []
            var times: [UInt64] = []
            try? schedule.run(most: most, lateness: &lateness) { count in
                calls.append(count)
                times.append(clock.now() &- start)
            }
            (self.calls, self.times) = (calls, times)
        }
    }

    @Test(
        "as many are sent as the rate asks for in that time, and at least one",
        arguments: [
            (1000, 5_000_000, 5), (100_000, 2_000_000, 200), (1, 1000, 1), (1000, 0, 1),
            (333, 10_000_000, 3), (1_000_000, 999_999, 999),
        ] as [(Int, UInt64, Int)],
        [true, false]
    )
    func total(of plan: (rate: Int, nanoseconds: UInt64, requests: Int), isSpinning: Bool) {
        let schedule = SendingSchedule(
            rate: plan.rate,
            nanoseconds: plan.nanoseconds,
            isSpinning: isSpinning
        )
        let run = Run(schedule, most: 64)
        #expect(run.calls.reduce(0, +) == plan.requests)
        #expect(run.calls.allSatisfy { (1...64).contains($0) })
    }

    @Test("no request is sent before its time", arguments: [true, false])
    func notEarly(isSpinning: Bool) {
        let schedule = SendingSchedule(
            rate: 10_000,
            nanoseconds: 5_000_000,
            isSpinning: isSpinning
        )
        let run = Run(schedule, most: 8)
        var sent = 0
        for (count, time) in zip(run.calls, run.times) {
            sent += count
            // The last of them has its time at (sent - 1) intervals of 100 µs from the start.
            #expect(time >= UInt64(sent - 1) * 100_000)
        }
        #expect(sent == 50)
    }

    @Test("what a slow call delays is sent at once, in calls of the largest size, and told as late")
    func late() throws {
        // All are due after 1 µs; the first call takes longer than that.
        let schedule = SendingSchedule(rate: 1_000_000_000, nanoseconds: 1000, isSpinning: true)
        let clock = MonotonicClock()
        var lateness = LatencyHistogram()
        var calls: [Int] = []
        try schedule.run(most: 300, lateness: &lateness) { count in
            calls.append(count)
            let start = clock.now()
            while clock.now() &- start < 10_000 {}
        }
        #expect(calls.reduce(0, +) == 1000)
        #expect(calls.dropFirst().dropLast().allSatisfy { $0 == 300 })
        #expect(lateness.count == UInt64(calls.count))
        // The last call came after at least two others of 10 µs, for 1 µs at most by the schedule.
        #expect(try #require(lateness.figures["max_ns"]) >= 9000)
    }

    @Test("without a rate every call sends the most, until the time is over")
    func saturated() {
        let run = Run(SendingSchedule(rate: nil, nanoseconds: 200_000, isSpinning: false), most: 7)
        #expect(!run.calls.isEmpty && run.calls.allSatisfy { $0 == 7 })
        #expect(run.lateness.count == 0)
        let none = Run(SendingSchedule(rate: nil, nanoseconds: 0, isSpinning: false), most: 7)
        #expect(none.calls.isEmpty)
    }

    @Test("the first error ends it")
    func error() {
        let failure = BPFError(operation: "run the program", name: "probe_emit", errno: 16)
        var calls = 0
        var lateness = LatencyHistogram()
        for rate in [nil, 1_000_000] {
            let schedule = SendingSchedule(rate: rate, nanoseconds: 1_000_000, isSpinning: true)
            #expect(throws: failure) {
                try schedule.run(most: 1, lateness: &lateness) { _ throws(BPFError) in
                    calls += 1
                    throw failure
                }
            }
        }
        #expect(calls == 2)
    }
}
