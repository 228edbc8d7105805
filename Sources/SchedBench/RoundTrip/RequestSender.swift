internal import BPFRuntime
internal import CMLSchedABI
internal import LinuxSystem

/// Makes the kernel send requests.
final class RequestSender: Sendable {
    private let program: BPFProgram
    private let patterns: Int

    /// A sender of the patterns from 0 on, over and over.
    ///
    /// - Precondition: there are at least as many patterns as one call can send requests.
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
    /// - Returns: what was sent.
    /// - Throws: `BPFError` when the program cannot be run.
    func send(on schedule: SendingSchedule) throws(BPFError) -> Report {
        let clock = MonotonicClock()
        var report = Report()
        var lateness = LatencyHistogram()
        let processor = MonotonicClock.threadTime
        let start = clock.now()
        try schedule.run(most: Self.most, lateness: &lateness) { count throws(BPFError) in
            try send(count, &report)
        }
        report.elapsed = clock.now() &- start
        report.processorTime = MonotonicClock.threadTime &- processor
        report.lateness = lateness
        return report
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
}
