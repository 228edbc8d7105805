internal import BPFRuntime

/// The observer as a ``RunHost``: what one observation holds.
struct ObserverHost: ~Copyable, RunHost {
    private let service: ObserverService
    private let log: RequestLog?
    private var statistics: RunTimeStatistics?
    private var loop: DecisionLoop?
    private var observer: AttachedObserver?
    private var session: ObservationSession?

    /// A host that has done nothing yet of what a service is for.
    init(_ service: ObserverService) {
        self.service = service
        log = service.configuration.recordsRequests ? RequestLog() : nil
    }

    mutating func attach(isAgain: Bool) async throws {
        try KernelRequirements.checkTracing()
        let configuration = service.configuration
        let model = try service.source.load()
        let plan = try SchedulerPlan(grouping: configuration.grouping)
        if configuration.measuresOverhead { statistics = try RunTimeStatistics() }
        let loaded = try LoadedObserver(
            plan: plan,
            tableLimit: configuration.tableLimit,
            isMeasured: configuration.measuresOverhead
        )
        loop = try loaded.decide(with: model, log: log)
        let observer = try loaded.attach()
        CPUVisit.all(plan.topology.online)
        session = try ObservationSession(observer, isMeasured: configuration.measuresOverhead)
        self.observer = consume observer
    }

    mutating func look() async throws -> RunFindings {
        try drain()
        return RunFindings()
    }

    mutating func reload() async {}

    mutating func report() async throws {
        try observe(await loop?.measurements(), isFinal: false)
    }

    mutating func detach(isFinal: Bool) async throws {
        let measurements = await loop?.measurements()
        loop?.stop()
        try drain()
        try observe(measurements, isFinal: isFinal)
        observer = nil
        statistics = nil
    }

    private func drain() throws {
        guard let log else { return }
        try service.record(log.drain().map(ObservedRequest.init))
    }

    private mutating func observe(
        _ measurements: PipelineMeasurements?,
        isFinal: Bool
    ) throws {
        guard
            let observation = try observer?.observation(
                &session,
                measurements: measurements,
                lost: log?.lost ?? 0,
                isFinal: isFinal
            )
        else { return }
        try service.report(observation)
    }
}

extension AttachedObserver {
    /// The next interval of a session.
    fileprivate borrowing func observation(
        _ session: inout ObservationSession?,
        measurements: PipelineMeasurements?,
        lost: Int,
        isFinal: Bool
    ) throws(BPFError) -> Observation? {
        try session?.next(self, measurements: measurements, lost: lost, isFinal: isFinal)
    }
}
