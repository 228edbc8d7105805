internal import LinuxSystem
internal import Logging
internal import MLPInference

/// The scheduler as a ``RunHost``: what a run holds while it is attached, and in between.
struct SchedulerHost: ~Copyable, RunHost {
    /// How the last attachment ended; nil before.
    private(set) var end: ExitReport?

    private let configuration: SchedulerConfiguration
    private let source: ModelSource
    private let logger: Logger
    private let statistics: SchedulerStatistics
    private let report: (@Sendable (StatisticsInterval) -> Void)?
    private let announce: @Sendable (SchedulerPlan, Model) -> Void
    private let manager = ServiceManager()
    private var lastSign = ContinuousClock.now
    private let trigger: ReloadTrigger
    private var reader = StatisticsReader()
    private var model: Model?
    private var loop: DecisionLoop?
    private var attached: AttachedScheduler?

    /// A host that has done nothing.
    ///
    /// - Parameters:
    ///   - configuration: what the user chose.
    ///   - source: gives the model.
    ///   - isWatching: load the model again when its file is replaced.
    ///   - logger: takes messages.
    ///   - statistics: is told what is attached.
    ///   - report: takes each interval; nil: nobody wants any.
    ///   - announce: is told what was attached, each time.
    init(
        _ configuration: SchedulerConfiguration,
        source: ModelSource,
        isWatching: Bool,
        logger: Logger,
        statistics: SchedulerStatistics,
        report: (@Sendable (StatisticsInterval) -> Void)?,
        announce: @escaping @Sendable (SchedulerPlan, Model) -> Void
    ) {
        self.configuration = configuration
        self.source = source
        self.logger = logger
        self.statistics = statistics
        self.report = report
        self.announce = announce
        trigger = ReloadTrigger(watching: isWatching ? source.path : nil)
    }

    mutating func attach(isAgain: Bool) async throws {
        if !isAgain {
            // khugepaged holds the memory of the process that it works on and, at nice 19, can be
            // kept from its CPU for long: this scheduler would then wait for whom it lets wait.
            // A kernel that does not know the wish has no such daemon.
            try? ThisProcess.refuseHugePages()
            trigger.listen()
        }
        let model = try model ?? source.load()
        self.model = model
        // Whoever sets a limit while it runs does not end it by a CPU that comes or goes.
        try KernelRequirements(ignoresLimits: isAgain || configuration.ignoresLimits).check()
        let plan = try SchedulerPlan(grouping: configuration.grouping, isAfterHotplug: isAgain)
        let loaded = try LoadedScheduler(configuration, plan: plan)
        let loop = try loaded.decide(with: model, isBusyPolling: configuration.isBusyPolling)
        self.loop = loop
        // Not even the first question waits for an answer.
        try await loop.replaceModel(with: model, filling: configuration.fillLimit)
        let attached = try loaded.attach()
        statistics.begin(attached.gauges, loop)
        self.attached = consume attached
        announce(plan, model)
        manager.ready("scheduling CPUs \(plan.topology.online)")
    }

    mutating func look() async throws -> RunFindings {
        giveSignOfLife()
        guard let exit = attached?.exitReport() else {
            return RunFindings(isReloadDue: attached != nil && trigger.fires())
        }
        return RunFindings(exit: exit)
    }

    mutating func reload() async {
        do {
            let new = try source.load()
            try await loop?.replaceModel(with: new, filling: configuration.fillLimit)
            model = new
            logger.notice(
                "model reloaded",
                metadata: ["crc32": "\(String(new.checksum, radix: 16))"]
            )
        } catch {
            logger.error("model not reloaded, the old one goes on: \(error)")
        }
    }

    mutating func report() async throws {
        await report(isFinal: false)
    }

    mutating func detach(isFinal: Bool) async throws {
        if isFinal { manager.stopping() }
        await report(isFinal: isFinal)
        try statistics.end(await loop?.measurements())
        end = attached.take()?.detach() ?? .detached
        loop?.stop()
        loop = nil
        logger.info("detached")
        if !isFinal, let end { logger.notice("attaching again after \(end)") }
    }

    /// By the decision thread itself: one that hangs gives none, and the watchdog restarts it.
    private mutating func giveSignOfLife() {
        guard let loop, let watchdog = manager.watchdog, .now - lastSign >= watchdog / 4 else {
            return
        }
        lastSign = .now
        loop.perform { [manager] in manager.isAlive() }
    }

    private mutating func report(isFinal: Bool) async {
        guard let report else { return }
        do {
            guard let totals = try await statistics.totals() else { return }
            report(reader.interval(until: totals, isFinal: isFinal))
        } catch {
            logger.error("no statistics for this interval: \(error)")
        }
    }
}
