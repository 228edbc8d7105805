public import Logging
public import MLPInference
public import ServiceLifecycle

/// The daemon: keeps the scheduler attached until it is told to stop or the kernel lets go of it.
public struct SchedulerService: Service {
    private let configuration: SchedulerConfiguration
    private let source: ModelSource
    private let isWatching: Bool
    private let logger: Logger
    private let duration: Duration?
    private let interval: Duration?
    private let report: @Sendable (StatisticsInterval) -> Void
    private let announce: @Sendable (SchedulerPlan, Model) -> Void
    private let outcome: @Sendable (ExitReport) -> Void

    /// What is counted and measured, for any number of readers.
    public let statistics = SchedulerStatistics()

    /// A service that has not started.
    ///
    /// - Parameters:
    ///   - configuration: what the user chose.
    ///   - source: gives the model, at the start and again on SIGHUP.
    ///   - isWatching: read the model again when its file is replaced, too.
    ///   - logger: takes the messages of the scheduler and of libbpf.
    ///   - duration: when to stop by itself, counted from the attachment; nil: never.
    ///   - interval: how often to report; nil: never.
    ///   - report: takes each interval's statistics.
    ///   - announce: is told what was attached, each time.
    ///   - outcome: takes the reason why the scheduler ended, once.
    public init(
        _ configuration: SchedulerConfiguration,
        source: ModelSource,
        isWatching: Bool = false,
        logger: Logger,
        duration: Duration? = nil,
        interval: Duration? = nil,
        report: @escaping @Sendable (StatisticsInterval) -> Void,
        announce: @escaping @Sendable (SchedulerPlan, Model) -> Void = { _, _ in },
        outcome: @escaping @Sendable (ExitReport) -> Void
    ) {
        self.configuration = configuration
        self.source = source
        self.isWatching = isWatching
        self.logger = logger
        self.duration = duration
        self.interval = interval
        self.report = report
        self.announce = announce
        self.outcome = outcome
    }

    /// Attaches the scheduler, and again when the kernel asks for it after hotplug.
    ///
    /// Returns when the task is cancelled or shut down, when the duration is over, or when the
    /// kernel has let go of the scheduler; `outcome` then knows why.
    ///
    /// - Throws: `ModelError`, `UnmetRequirement`, `TopologyError`, `SchemaError` or `BPFError`; the kernel's own
    ///   scheduler is then in charge.
    public func run() async throws {
        let statistics = statistics
        try await cancelWhenGracefulShutdown {
            var host = SchedulerHost(
                configuration,
                source: source,
                isWatching: isWatching,
                logger: logger,
                statistics: statistics,
                report: interval == nil ? nil : report,
                announce: announce
            )
            let schedule = RunSchedule<ContinuousClock.Instant>(
                interval: interval,
                duration: duration
            )
            try await host.run(by: schedule, on: .continuous)
            outcome(host.end ?? .detached)
        }
    }
}
