internal import BPFRuntime
internal import Glibc
internal import LinuxSystem
public import MLPInference
internal import MLSched
internal import SchedDaemon

/// From a request in the kernel to its decision in the map that the kernel reads.
///
/// A BPF program stamps each request as it sends it; the daemon's own thread and pipeline answer;
/// the clock is read again when the decision is in the map. Both stamps are of CLOCK_MONOTONIC.
///
/// Where the daemon's thread sleeps between two requests, how long a thread takes to wake from a
/// plain eventfd, on the same schedule, is measured beside it: a virtual machine may take a hundred
/// microseconds for that alone.
public struct RoundTripBench: Sendable {
    private let model: Model
    private let cases: [RoundTripCase]
    private let rounds: Int
    private let slot: UInt64
    private let cpu: Int
    private let otherCPU: Int?
    private let space: PatternSpace

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - model: decides.
    ///   - cases: what to measure; those with a sender on another CPU take `otherCPU`.
    ///   - rounds: repetitions, in each of which every case is measured once.
    ///   - cpu: on which requests are answered.
    ///   - otherCPU: from which they are sent; nil where there is none, and such cases are left out.
    ///   - slot: for each case in a round.
    /// - Throws: `PatternSpaceError` for a machine of too many CPUs.
    public init(
        _ model: Model,
        cases: [RoundTripCase],
        rounds: Int,
        cpu: Int,
        otherCPU: Int?,
        slot: Duration = .milliseconds(350)
    ) throws {
        self.model = model
        self.cases = cases.filter { $0.isSameCPU || otherCPU != nil }
        self.rounds = rounds
        self.cpu = cpu
        self.otherCPU = otherCPU
        self.slot = UInt64(slot / .nanoseconds(1))
        // At least as many patterns as one call of the sender sends; a larger machine has more.
        let cpus = max(16, sysconf(Int32(_SC_NPROCESSORS_CONF)))
        space = try PatternSpace(cpuIDs: cpus, online: cpus)
    }

    /// Measures; one result for each case.
    ///
    /// - Throws: `BPFError` where the kernel does not let this process load BPF programs.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        var trials = cases.map { RoundTripTrial($0) }
        for _ in 0..<rounds {
            for index in trials.indices { try measure(&trials[index]) }
        }
        return trials.flatMap { $0.results(environment) }
    }

    private func measure(_ trial: inout RoundTripTrial) throws {
        let trip = trial.trip
        let (sender, loop) = try start(trip)
        defer { loop.stop() }
        let place = trip.isSameCPU ? cpu : otherCPU ?? cpu
        // The first requests bring code and table into the caches.
        let first = try send(trip, sender, on: place, nanoseconds: slot / 5)
        let warm = Self.answered(first.sent, by: loop, since: PipelineMeasurements())
        let reloader = trip.isReloading ? try ReloadingThread(loop, model) : nil
        let clock = MonotonicClock()
        let (start, processor) = (clock.now(), MonotonicClock.processTime)
        let report = try send(trip, sender, on: place, nanoseconds: slot)
        let wallTime = clock.now() &- start
        trial.add(reloads: reloader?.stop() ?? 0)
        let used = MonotonicClock.processTime &- processor
        trial.add(
            report,
            Self.answered(report.sent, by: loop, since: warm).since(warm),
            processorTime: used > report.processorTime ? used &- report.processorTime : 0,
            wallTime: wallTime
        )
        if trip.isSleeping { trial.add(wakeUps: try wakeUps(trip, on: place)) }
    }

    /// How long a sleeping thread takes to wake when that is all.
    private func wakeUps(_ trip: RoundTripCase, on place: Int) throws -> LatencyHistogram {
        let object = try ProbeTable.load(space)
        let thread = try SleepingThread(RingWaiter(object.ringBuffer("requests")), on: cpu)
        let schedule = trip.schedule(slot / 2)
        try PinnedThread.run(on: place, named: "bench-sender") {
            var lateness = LatencyHistogram()
            try schedule.run(most: 1, lateness: &lateness) { _ in thread.wake() }
        }
        return thread.stop()
    }

    /// What the loop has measured once it has answered that many more requests or, where some are
    /// lost, once nothing more has come for a while.
    private static func answered(
        _ sent: Int,
        by loop: DecisionLoop,
        since start: PipelineMeasurements
    ) -> PipelineMeasurements {
        var last = start
        var idle = 0
        while last.requests < start.requests + UInt64(sent), idle < 50,
            let now = loop.measurements()
        {
            idle = now.requests == last.requests ? idle + 1 : 0
            last = now
            if last.requests < start.requests + UInt64(sent) { usleep(10_000) }
        }
        return last
    }

    /// The machine of a case.
    private func space(of trip: RoundTripCase) throws -> PatternSpace {
        trip.isReloading ? try PatternSpace(cpuIDs: 256, online: 256) : space
    }

    private func start(_ trip: RoundTripCase) throws -> (RequestSender, DecisionLoop) {
        let space = try space(of: trip)
        let object = try ProbeTable.load(space, programs: ["probe_emit"])
        let sender = RequestSender(try object.program("probe_emit"), patterns: space.count)
        let cpu = cpu
        let loop = try ProbeTable.answer(
            object,
            space,
            model,
            isBusyPolling: trip.isBusyPolling
        ) {
            // The sender's thread has told already where a CPU cannot be had.
            try? PinnedThread.pin(to: cpu)
        }
        return (sender, loop)
    }

    private func send(
        _ trip: RoundTripCase,
        _ sender: RequestSender,
        on cpu: Int,
        nanoseconds: UInt64
    ) throws -> RequestSender.Report {
        try PinnedThread.run(on: cpu, named: "bench-sender") {
            try sender.send(on: trip.schedule(nanoseconds))
        }
    }
}

extension DecisionLoop {
    /// Waits for what was measured so far; nil when the loop has ended.
    fileprivate func measurements() -> PipelineMeasurements? {
        let reply = Reply<PipelineMeasurements?>()
        measure { reply.give($0) }
        return reply.wait() ?? nil
    }
}
