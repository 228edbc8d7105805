import ArgumentParser
import BPFRuntime
import Glibc
import LinuxSystem
import Logging
import MLPInference
import MLSched
import SchedDaemon
import SchedExtStats

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take over the CPUs and schedule with the model until interrupted.",
        discussion: """
            Attaches the scheduler, answers its questions, and detaches on SIGINT or SIGTERM. \
            However the program ends, the kernel's own scheduler is back at once. SIGHUP loads \
            the model file again; a bad one is refused and the old one goes on. Of the \
            environment it knows SCX_TIMEOUT_MS, after which the kernel ejects a scheduler that \
            leaves a task waiting, and systemd's NOTIFY_SOCKET and WATCHDOG_USEC.

            Exit status: 0 after a requested end, 1 when the kernel ejected the scheduler, 2 when \
            it could not start; in that case nothing has been changed.
            """
    )

    @OptionGroup var model: ModelOption
    @OptionGroup var kernel: KernelOption
    @OptionGroup var scheduling: SchedulingOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var serving: ServingOptions

    @Flag(help: "Load the model again when its file is replaced, as on SIGHUP.")
    var watch = false

    @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "sec"))
    var duration: Seconds?

    func run() async throws {
        if output.helpStats {
            try OutputBuffer.print(StatisticsHelp.text)
            return
        }
        // A reader of statistics that goes away, such as head, is no reason to stop scheduling.
        signal(SIGPIPE, SIG_IGN)
        let logger = output.logger()
        LibBPFLog.setHandler(upTo: output.verbose ? .debug : .info) { level, message in
            let text = message.hasPrefix("libbpf: ") ? message : "libbpf: \(message)"
            logger.log(level: Logger.Level(level), "\(text)")
        }
        var configuration = scheduling.configuration
        configuration.name = Announcement.name
        configuration.timeout = try Self.timeout()
        let (policy, path) = (configuration.policy, serving.path)
        let outcome = OutcomeBox()
        let printer = StatisticsPrinter(isJSON: output.json)
        let service = SchedulerService(
            configuration,
            source: model.source(kernel.kernel),
            isWatching: watch,
            logger: logger,
            duration: duration?.duration,
            interval: output.interval,
            report: printer.print,
            announce: { plan, model in
                let line = Announcement.line(plan, model, policy, socket: path)
                logger.notice("\(line)")
            },
            outcome: outcome.set
        )
        let requirements = KernelRequirements(ignoresLimits: configuration.ignoresLimits)
        try await unusableOnError {
            _ = try model.load()
            try requirements.check()
        }
        let server = try serving.start(service.statistics, logger)
        defer { server?.stop() }
        do {
            try await runToEnd(service)
        } catch {
            throw Failure.unusable(error, logLines: output.verbose ? .max : 20)
        }
        try conclude(outcome.report)
    }

    /// After how long without running a task the kernel is to eject the scheduler, as all of
    /// sched_ext's schedulers take it from the environment.
    private static func timeout() throws -> Duration? {
        guard let text = ServiceManager.environment("SCX_TIMEOUT_MS") else { return nil }
        guard let milliseconds = Int(text), (1...30_000).contains(milliseconds) else {
            throw Failure.unusable(
                "SCX_TIMEOUT_MS is '\(text)', no number of milliseconds from 1 to 30000"
            )
        }
        return .milliseconds(milliseconds)
    }

    private func conclude(_ report: ExitReport?) throws {
        guard let report else { return }
        if !report.dump.isEmpty {
            let frame = String(repeating: "=", count: 80)
            StandardError.print("DEBUG DUMP\n\(frame)\n\n\(report.dump)\n\(frame)\n")
        }
        StandardError.print("\(report)")
        if report.isError { throw ExitCode(1) }
    }
}

extension Logger.Level {
    fileprivate init(_ level: LibBPFLog.Level) {
        self =
            switch level {
            case .warning: .warning
            case .info: .info
            case .debug: .debug
            }
    }
}
