internal import BPFRuntime
internal import CMLSchedABI
public import Logging
internal import MLPInference
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
    private let outcome: @Sendable (ExitReport) -> Void

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
    ///   - outcome: takes the reason why the scheduler ended, once.
    public init(
        _ configuration: SchedulerConfiguration,
        source: ModelSource,
        isWatching: Bool = false,
        logger: Logger,
        duration: Duration? = nil,
        interval: Duration? = nil,
        report: @escaping @Sendable (StatisticsInterval) -> Void,
        outcome: @escaping @Sendable (ExitReport) -> Void
    ) {
        self.configuration = configuration
        self.source = source
        self.isWatching = isWatching
        self.logger = logger
        self.duration = duration
        self.interval = interval
        self.report = report
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
        try await cancelWhenGracefulShutdown {
            try await runUntilCancelled()
        }
    }

    private func runUntilCancelled() async throws {
        // khugepaged holds the memory of the process that it works on and, at nice 19, can be
        // kept from its CPU for long: this scheduler would then wait for whom it lets wait.
        _ = mls_refuse_huge_pages()
        var model = try source.load()
        let trigger = ReloadTrigger(watching: isWatching ? source.path : nil)
        trigger.listen()
        var budget = RestartBudget()
        var deadline: ContinuousClock.Instant?
        var statistics = StatisticsCollector()
        var isAfterHotplug = false
        while true {
            let end = try await attachOnce(
                isAfterHotplug: isAfterHotplug,
                &model,
                trigger,
                until: &deadline,
                &statistics
            )
            guard end.asksForRestart, budget.allowsRestart(at: .now) else {
                outcome(end)
                return
            }
            logger.notice("attaching again after \(end)")
            isAfterHotplug = true
        }
    }

    private func attachOnce(
        isAfterHotplug: Bool,
        _ model: inout Model,
        _ trigger: ReloadTrigger,
        until deadline: inout ContinuousClock.Instant?,
        _ statistics: inout StatisticsCollector
    ) async throws -> ExitReport {
        try KernelRequirements().check()
        let plan = try SchedulerPlan(
            grouping: configuration.grouping,
            isAfterHotplug: isAfterHotplug
        )
        let loaded = try LoadedScheduler(configuration, plan: plan)
        let loop = try DecisionLoop(
            loaded,
            model: model,
            isBusyPolling: configuration.isBusyPolling
        )
        defer { loop.stop() }
        let attached = try loaded.attach()
        // Counted from here: on a busy machine loading the program takes a while.
        deadline = deadline ?? duration.map { .now + $0 }
        statistics.begin()
        logger.info("attached", metadata: plan.metadata)
        await supervise(attached, loop, &model, trigger, until: deadline, &statistics)
        if interval != nil {
            let isFinal = attached.exitReport()?.asksForRestart != true
            await collect(from: attached, loop, &statistics, isFinal: isFinal)
        }
        statistics.finish(try attached.counters())
        let end = attached.detach()
        logger.info("detached")
        return end ?? .detached
    }

    /// Returns when the scheduler ends or is to end.
    private func supervise(
        _ attached: borrowing AttachedScheduler,
        _ loop: DecisionLoop,
        _ model: inout Model,
        _ trigger: ReloadTrigger,
        until deadline: ContinuousClock.Instant?,
        _ statistics: inout StatisticsCollector
    ) async {
        var nextReport = interval.map { ContinuousClock.now + $0 }
        while attached.exitReport() == nil, !Task.isCancelled {
            let now = ContinuousClock.now
            if let deadline, now >= deadline { return }
            if trigger.fires() { await reload(&model, into: loop) }
            if let due = nextReport, let interval, now >= due {
                await collect(from: attached, loop, &statistics, isFinal: false)
                // What was missed while the machine was busy is not made up for.
                nextReport = max(due + interval, now + interval / 2)
            }
            let wakeUps = [now + Self.exitPoll, deadline, nextReport].compactMap { $0 }
            try? await Task.sleep(until: wakeUps.min() ?? now)
        }
    }

    /// How soon the kernel's letting go is noticed, at the latest.
    private static let exitPoll = Duration.milliseconds(100)

    /// Changes to the model that is in the file now; on any error the old one goes on.
    private func reload(_ model: inout Model, into loop: DecisionLoop) async {
        do {
            let new = try source.load()
            try await loop.replaceModel(with: new)
            model = new
            logger.notice(
                "model reloaded",
                metadata: ["crc32": "\(String(new.checksum, radix: 16))"]
            )
        } catch {
            logger.error("model not reloaded, the old one goes on: \(error)")
        }
    }

    private func collect(
        from attached: borrowing AttachedScheduler,
        _ loop: DecisionLoop,
        _ statistics: inout StatisticsCollector,
        isFinal: Bool
    ) async {
        guard let measurements = await loop.takeMeasurements() else { return }
        do {
            report(
                statistics.interval(
                    plan: attached.plan,
                    loads: try attached.domainLoads(),
                    counters: try attached.counters(),
                    measurements: measurements,
                    isFinal: isFinal
                )
            )
        } catch {
            logger.error("no statistics for this interval: \(error)")
        }
    }
}

extension SchedulerPlan {
    fileprivate var metadata: Logger.Metadata {
        [
            "cpus": "\(topology.online)",
            "domains": "\(domains.map(\.description).joined(separator: " / "))",
        ]
    }
}
