internal import BPFRuntime
internal import CMLSchedABI
internal import Glibc
internal import SchedDaemon

/// Lets the kernel send requests on a schedule that does not wait for answers.
///
/// The schedule is fixed before the first request, so a slow answer delays no later request:
/// nothing is omitted from the latencies. A request that is late, because the sender's CPU did
/// something else, is sent at once; how late they were is part of the result.
final class RequestSender: Sendable {
    private let program: BPFProgram
    private let patterns: Int
    private let clock = MonotonicClock()

    /// A sender of the patterns from 0 on, over and over.
    ///
    /// - Precondition: there are at least as many patterns as one call can send.
    init(_ program: consuming BPFProgram, patterns: Int) {
        precondition(patterns >= Self.most, "one call sends patterns that exist")
        self.program = program
        self.patterns = patterns
    }

    /// Requests that one call of the program sends at most.
    private static let most = Int(MLS_PROBE_MAX_REQUESTS)

    /// What was sent.
    struct Report: Sendable {
        var sent = 0
        /// Not sent, as the ring was full.
        var dropped = 0
        /// How late requests were sent, by the schedule.
        var lateness = LatencyHistogram()
        /// How long it took, ns.
        var elapsed: UInt64 = 0
        /// What the sending thread took of its CPU, ns.
        var processorTime: UInt64 = 0
    }

    /// Sends requests from this thread and CPU.
    ///
    /// - Parameters:
    ///   - rate: requests a second; nil for as many as can be.
    ///   - nanoseconds: for how long.
    ///   - isSpinning: wait by looking at the clock, which is exact and takes a whole CPU.
    /// - Returns: what was sent.
    /// - Throws: `BPFError` when the program cannot be run.
    func send(rate: Int?, nanoseconds: UInt64, isSpinning: Bool) throws(BPFError) -> Report {
        var report = Report()
        let processor = processorTime(CLOCK_THREAD_CPUTIME_ID)
        let start = clock.now()
        if let rate {
            try follow(rate, from: start, nanoseconds, isSpinning, &report)
        } else {
            while clock.now() &- start < nanoseconds { try send(Self.most, &report) }
        }
        report.elapsed = clock.now() &- start
        report.processorTime = processorTime(CLOCK_THREAD_CPUTIME_ID) &- processor
        return report
    }

    private func follow(
        _ rate: Int,
        from start: UInt64,
        _ nanoseconds: UInt64,
        _ isSpinning: Bool,
        _ report: inout Report
    ) throws(BPFError) {
        let total = max(1, Int(Double(rate) * Double(nanoseconds) / 1e9))
        let interval = 1e9 / Double(rate)
        var next = 0
        while next < total {
            let elapsed = Double(clock.now() &- start)
            let due = min(total, Int(elapsed / interval) + 1) - next
            if due > 0 {
                report.lateness.record(UInt64(max(0, elapsed - Double(next) * interval)))
                let count = min(due, Self.most)
                try send(count, &report)
                next += count
            } else if !isSpinning {
                sleep(until: start &+ UInt64(Double(next) * interval))
            }
        }
    }

    private func send(_ count: Int, _ report: inout Report) throws(BPFError) {
        var emission = mls_probe_emission()
        emission.count = UInt32(count)
        let first = (report.sent + report.dropped) % patterns
        emission.first_pattern = UInt32(first + count <= patterns ? first : 0)
        try program.run(with: &emission)
        report.sent += Int(emission.sent)
        report.dropped += Int(emission.dropped)
    }

    private func sleep(until time: UInt64) {
        var wake = timespec(
            tv_sec: Int(time / 1_000_000_000),
            tv_nsec: Int(time % 1_000_000_000)
        )
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nil) == EINTR {}
    }
}

/// What a thread or the process has taken of the CPUs so far, ns.
func processorTime(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}
