public import ServiceLifecycle

/// Watches the kernel's scheduler and asks the model about what it does.
public struct ObserverService: Service {
    let configuration: ObserverConfiguration
    let source: ModelSource
    let record: @Sendable ([ObservedRequest]) throws -> Void
    let report: @Sendable (Observation) throws -> Void

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
        record: @escaping @Sendable ([ObservedRequest]) throws -> Void,
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
            var host = ObserverHost(self)
            let schedule = RunSchedule<ContinuousClock.Instant>(
                interval: configuration.interval,
                duration: configuration.duration
            )
            try await host.run(by: schedule, on: .continuous)
        }
    }
}
