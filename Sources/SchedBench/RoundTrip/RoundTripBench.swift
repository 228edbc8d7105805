internal import BPFPrograms
internal import BPFRuntime
internal import Glibc
public import MLPInference
internal import MLSched
internal import SchedDaemon

/// From a request in the kernel to its decision in the map that the kernel reads.
///
/// A BPF program stamps each request as it sends it; the daemon's own thread and pipeline answer;
/// the clock is read again when the decision is in the map. Both stamps are of CLOCK_MONOTONIC.
public struct RoundTripBench: Sendable {
    private let model: Model
    private let ways: [RoundTripCase]
    private let rounds: Int
    private let slot: UInt64
    private let cpu: Int
    private let otherCPU: Int?
    private let space: PatternSpace

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - model: decides.
    ///   - ways: what to measure; those with a sender on another CPU take `otherCPU`.
    ///   - rounds: repetitions, in each of which every way is measured once.
    ///   - cpu: on which requests are answered.
    ///   - otherCPU: from which they are sent; nil where there is none, and such ways are left out.
    ///   - slot: for each way in a round.
    /// - Throws: `PatternSpaceError` for a machine of too many CPUs.
    public init(
        _ model: Model,
        ways: [RoundTripCase],
        rounds: Int,
        cpu: Int,
        otherCPU: Int?,
        slot: Duration = .milliseconds(400)
    ) throws {
        self.model = model
        self.ways = ways.filter { $0.isSameCPU || otherCPU != nil }
        self.rounds = rounds
        self.cpu = cpu
        self.otherCPU = otherCPU
        self.slot = UInt64(slot / .nanoseconds(1))
        // As many patterns as one call of the sender sends, at least; a larger machine has more.
        let cpus = max(16, sysconf(Int32(_SC_NPROCESSORS_CONF)))
        space = try PatternSpace(cpuIDs: cpus, online: cpus)
    }

    /// Measures; one result for each way.
    ///
    /// - Throws: `BPFError` where the kernel does not let this process load BPF programs.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        var trials = ways.map { RoundTripTrial($0) }
        for _ in 0..<rounds {
            for index in trials.indices { try measure(&trials[index]) }
        }
        return trials.map { $0.result(environment) }
    }

    private func measure(_ trial: inout RoundTripTrial) throws {
        let way = trial.way
        let (sender, loop) = try start(way)
        defer { loop.stop() }
        let place = way.isSameCPU ? cpu : otherCPU ?? cpu
        // The first requests bring code and table into the caches.
        let first = try send(way, sender, on: place, nanoseconds: slot / 5)
        _ = Self.collect(first.sent, from: loop)
        let clock = MonotonicClock()
        let (start, processor) = (clock.now(), processorTime(CLOCK_PROCESS_CPUTIME_ID))
        let report = try send(way, sender, on: place, nanoseconds: slot)
        let wallTime = clock.now() &- start
        let used = processorTime(CLOCK_PROCESS_CPUTIME_ID) &- processor
        trial.add(
            report,
            Self.collect(report.sent, from: loop),
            processorTime: used > report.processorTime ? used &- report.processorTime : 0,
            wallTime: wallTime
        )
    }

    /// What the loop has measured, when it has answered everything; or, where something is lost,
    /// when nothing more has come for a while.
    private static func collect(_ sent: Int, from loop: DecisionLoop) -> [PipelineMeasurements] {
        var parts: [PipelineMeasurements] = []
        var answered: UInt64 = 0
        var idle = 0
        while answered < UInt64(sent), idle < 50, let part = loop.measurements() {
            idle = part.requests == 0 ? idle + 1 : 0
            answered += part.requests
            parts.append(part)
            if answered < UInt64(sent) { usleep(10_000) }
        }
        return parts
    }

    private func start(_ way: RoundTripCase) throws -> (RequestSender, DecisionLoop) {
        var open = try OpenObject(.probe)
        try open.setMaxEntries(of: "decisions", to: UInt32((space.count + 7) / 8))
        // Not used here; the kernel takes long to verify loops.
        try open.setLoaded(false, program: "probe_lookup")
        try open.setLoaded(false, program: "probe_syscall")
        let object = try open.load()
        let sender = RequestSender(try object.program("probe_emit"), patterns: space.count)
        let cpu = cpu
        let ring = try object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        let loop = try DecisionLoop(
            source: ring,
            waiter: waiter,
            sink: try ProbeTable(object),
            space: space,
            model: model,
            isBusyPolling: way.isBusyPolling
        ) {
            // The sender's thread has told already where a CPU cannot be had.
            try? PinnedThread.pin(to: cpu)
        }
        return (sender, loop)
    }

    private func send(
        _ way: RoundTripCase,
        _ sender: RequestSender,
        on cpu: Int,
        nanoseconds: UInt64
    ) throws -> RequestSender.Report {
        try PinnedThread.run(on: cpu, named: "bench-sender") {
            try sender.send(
                rate: way.rate,
                nanoseconds: nanoseconds,
                isSpinning: !way.isSameCPU && (way.rate ?? 0) > Self.sleepingRate
            )
        }
    }

    /// Requests a second up to which a sender can sleep between two of them.
    private static let sleepingRate = 2000
}

extension DecisionLoop {
    /// Waits for what was measured since the last time; nil when the loop has ended.
    fileprivate func measurements() -> PipelineMeasurements? {
        let reply = Reply<PipelineMeasurements?>()
        takeMeasurements { reply.give($0) }
        return reply.wait() ?? nil
    }
}
