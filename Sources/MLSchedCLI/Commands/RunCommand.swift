import ArgumentParser
import BPFRuntime
import Logging
import MLPInference
import MLSched
import SchedDaemon

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take over the CPUs and schedule with the model until interrupted.",
        discussion: """
            Attaches the scheduler, answers its questions, and detaches on SIGINT or SIGTERM. \
            However the program ends, the kernel's own scheduler is back at once. SIGHUP loads \
            the model file again; a bad one is refused and the old one goes on.

            Exit status: 0 after a requested end, 1 when the kernel ejected the scheduler, 2 when \
            it could not start; in that case nothing has been changed.
            """
    )

    @OptionGroup var model: ModelOption
    @OptionGroup var scheduling: SchedulingOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Load the model again when its file is replaced, as on SIGHUP.")
    var watch = false

    @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "sec"))
    var duration: Seconds?

    func run() async throws {
        if output.helpStats {
            StatisticsHelp.text.forEach(StandardOutput.print)
            return
        }
        let logger = output.logger()
        LibBPFLog.setHandler(upTo: output.verbose ? .debug : .info) { level, message in
            logger.log(level: Logger.Level(level), "libbpf: \(message)")
        }
        let outcome = OutcomeBox()
        let printer = StatisticsPrinter(isJSON: output.json)
        let service = SchedulerService(
            scheduling.configuration,
            source: model.source,
            isWatching: watch,
            logger: logger,
            duration: duration?.duration,
            interval: output.stats?.duration,
            report: printer.print,
            outcome: outcome.set
        )
        do {
            try await runToEnd(service)
        } catch {
            throw Failure.unusable(error, logLines: output.verbose ? .max : 20)
        }
        try conclude(outcome.report)
    }

    private func conclude(_ report: ExitReport?) throws {
        guard let report else { return }
        if !report.dump.isEmpty { StandardError.print(report.dump) }
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
