internal import BPFRuntime
internal import MLPInference
internal import MLSched
public import ServiceLifecycle

/// Watches the kernel's scheduler and asks the model about what it does.
public struct ObserverService: Service {
    private let configuration: ObserverConfiguration
    private let source: ModelSource
    private let record: @Sendable ([RecordedRequest], MigrationRequestReader) throws -> Void
    private let report: @Sendable (Observation) throws -> Void

    /// A service that has not started.
    ///
    /// - Parameters:
    ///   - configuration: what the user chose.
    ///   - source: gives the model.
    ///   - record: takes requests and their answers, ten times a second, if they are recorded.
    ///   - report: takes each interval; what it or `record` throws ends the observation.
    public init(
        _ configuration: ObserverConfiguration,
        source: ModelSource,
        record: @escaping @Sendable ([RecordedRequest], MigrationRequestReader) throws -> Void,
        report: @escaping @Sendable (Observation) throws -> Void
    ) {
        self.configuration = configuration
        self.source = source
        self.record = record
        self.report = report
    }

    /// Watches until the task is cancelled or shut down, or the duration is over.
    ///
    /// - Throws: `ModelError`, `UnmetRequirement`, `TopologyError`, `SchemaError` or `BPFError`
    ///   when it cannot begin, and whatever `record` and `report` throw.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await observe()
        }
    }

    private func observe() async throws {
        try KernelRequirements.checkTracing()
        let model = try source.load()
        let plan = try SchedulerPlan(grouping: configuration.grouping)
        let statistics = configuration.measuresOverhead ? try RunTimeStatistics() : nil
        let loaded = try LoadedObserver(
            plan: plan,
            tableLimit: configuration.tableLimit,
            isMeasured: configuration.measuresOverhead
        )
        let log = configuration.recordsRequests ? RequestLog() : nil
        let loop = try loaded.decide(with: model, log: log)
        defer { loop.stop() }
        let observer = try loaded.attach()
        CPUVisit.all(plan.topology.online)
        var session = try ObservationSession(observer, isMeasured: configuration.measuresOverhead)
        try await watch(observer, loop, log, &session)
        _ = consume statistics
    }

    private func watch(
        _ observer: borrowing AttachedObserver,
        _ loop: DecisionLoop,
        _ log: RequestLog?,
        _ session: inout ObservationSession
    ) async throws {
        let reader = MigrationRequestReader(space: observer.plan.space)
        let start = ContinuousClock.now
        let deadline = configuration.duration.map { start + $0 }
        var due = start + configuration.interval
        while !Task.isCancelled {
            let wakeUps = [ContinuousClock.now + Self.drainInterval, deadline, due].compactMap {
                $0
            }
            try? await Task.sleep(until: wakeUps.min() ?? .now)
            let now = ContinuousClock.now
            if let log { try record(log.drain(), reader) }
            if let deadline, now >= deadline { break }
            guard now >= due else { continue }
            try await report(
                session.next(
                    observer,
                    measurements: loop.takeMeasurements(),
                    lost: log?.lost ?? 0,
                    isFinal: false
                )
            )
            // What was missed while the machine was busy is not made up for.
            due = max(due + configuration.interval, now + configuration.interval / 2)
        }
        let measurements = await loop.takeMeasurements()
        loop.stop()
        if let log { try record(log.drain(), reader) }
        try report(
            session.next(
                observer,
                measurements: measurements,
                lost: log?.lost ?? 0,
                isFinal: true
            )
        )
    }

    /// How often records are handed out: what a kill can lose.
    private static let drainInterval = Duration.milliseconds(100)
}
