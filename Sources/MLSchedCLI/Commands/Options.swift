public import ArgumentParser
import DefaultWeights
import Logging
import MLPInference
import MLSched
import SchedDaemon

/// Which model decides.
struct ModelOption: ParsableArguments {
    @Option(
        name: [.customLong("model"), .customLong("model-path")],
        help: ArgumentHelp(
            "Model file made by mlsched-export or mlsched-train (default: the built-in model).",
            valueName: "path"
        ),
        completion: .file()
    )
    var path: String?

    /// Where the model comes from, and what is to evaluate it.
    func source(_ kernel: KernelChoice = .auto) -> ModelSource {
        ModelSource(path: path, kernel: kernel) { try DefaultModel.load(kernel: kernel) }
    }

    /// Loads and checks the model.
    ///
    /// - Throws: `ModelError` or `SchemaError`.
    func load(_ kernel: KernelChoice = .auto) throws -> Model { try source(kernel).load() }

    /// Loads a model of any features.
    ///
    /// - Throws: `ModelError`.
    func loadAny(_ kernel: KernelChoice = .auto) throws -> Model {
        try path.map { try Model(path: $0, kernel: kernel) } ?? DefaultModel.load(kernel: kernel)
    }
}

/// What evaluates the model.
struct KernelOption: ParsableArguments {
    @Option(help: "What multiplies the matrices.")
    var kernel = KernelChoice.auto
}

/// How CPUs are grouped into domains.
struct DomainsOption: ParsableArguments {
    @Option(
        name: .customLong("domains"),
        help: ArgumentHelp(
            "CPU domains: llc, node, or CPU lists such as 0-3/4-7 (default: llc).",
            valueName: "domains"
        ),
        transform: parseGrouping
    )
    var grouping = DomainGrouping.cache
}

/// Whether to start beside control groups that have a limit.
struct LimitsOption: ParsableArguments {
    @Flag(
        name: .customLong("ignore-cpu-max"),
        help: "Start beside control groups that cpu.max limits."
    )
    var ignoresLimits = false
}

/// How to schedule.
struct SchedulingOptions: ParsableArguments {
    @OptionGroup var domains: DomainsOption
    @OptionGroup var limits: LimitsOption

    @Option(
        help: """
            Who decides: model, heuristic (the fallback rule), cost (waiting that a move saves \
            against caches that it loses), always or never.
            """
    )
    var policy = Policy.model

    @Flag(help: "Ask the model and count its answers, but obey the heuristic.")
    var shadow = false

    @Option(
        help: ArgumentHelp(
            "Time slice in microseconds, 100 to 100000 (default: 5000).",
            valueName: "us"
        ),
        transform: { text in try parseNumber(text, in: 100...100_000, unit: "microseconds") }
    )
    var sliceUs = 5000

    @Flag(help: "Poll the ring buffer without sleeping: faster answers for one busy CPU.")
    var busyPoll = false

    @Flag(name: [.short, .long], help: "Schedule only tasks of the class SCHED_EXT.")
    var partial = false

    @Flag(name: .customLong("no-cgroups"), help: "Schedule as if no control group had a weight.")
    var ignoresGroups = false

    @Option(
        help: ArgumentHelp(
            "Bytes kept of the kernel's debug dump, 0 to 16777216 (default: 32768).",
            valueName: "bytes"
        ),
        transform: { text in try parseNumber(text, in: 0...(16 << 20), unit: "bytes") }
    )
    var exitDumpLen = 32768

    @Option(
        help: ArgumentHelp(
            "Largest decision table in MiB, 0 to 1024; above it, a hash of recent patterns "
                + "(default: 32).",
            valueName: "mib"
        ),
        transform: { text in try parseNumber(text, in: 0...1024, unit: "MiB") }
    )
    var maxTable = 32

    @Option(
        help: ArgumentHelp(
            "Milliseconds in which to decide all patterns before a model comes into force, 0 to "
                + "60000; the rest is decided on request (default: 200).",
            valueName: "ms"
        ),
        transform: { text in try parseNumber(text, in: 0...60_000, unit: "milliseconds") }
    )
    var maxFill = 200

    var configuration: SchedulerConfiguration {
        var configuration = SchedulerConfiguration()
        configuration.grouping = domains.grouping
        configuration.policy = policy
        configuration.isShadow = shadow
        configuration.slice = .microseconds(sliceUs)
        configuration.isBusyPolling = busyPoll
        configuration.isPartial = partial
        configuration.obeysGroups = !ignoresGroups
        configuration.ignoresLimits = limits.ignoresLimits
        configuration.exitDumpLength = UInt32(exitDumpLen)
        configuration.tableLimit = maxTable << 20
        configuration.fillLimit = .milliseconds(maxFill)
        return configuration
    }
}

/// What to print.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Print statistics at this interval, in seconds (with --json: 1).",
            valueName: "sec"
        )
    )
    var stats: Seconds?

    @Flag(help: "Print statistics as JSON, one object a line.")
    var json = false

    @Flag(help: "Explain every statistic and exit.")
    var helpStats = false

    @Flag(name: [.short, .long], help: "Log what the scheduler and libbpf do, step by step.")
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "Log what is at least so important (default: notice).",
            valueName: "level"
        )
    )
    var logLevel: Logger.Level?

    /// How often to print; nil: never.
    var interval: Duration? { stats?.duration ?? (json ? .seconds(1) : nil) }

    /// A logger that writes to standard error.
    func logger() -> Logger {
        var logger = Logger(label: "mlsched") { _ in ConsoleLogHandler() }
        logger.logLevel = verbose ? .debug : logLevel ?? .notice
        return logger
    }
}

extension KernelChoice: ExpressibleByArgument {}

extension Policy: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// A positive length of time in seconds, such as `10` or `0.5`.
struct Seconds: ExpressibleByArgument {
    let duration: Duration

    var defaultValueDescription: String { "\(duration / .seconds(1))" }

    /// One second.
    static let one = Seconds(duration: .seconds(1))

    private init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let value = Double(argument), value >= 0.01, value <= 1e9 else { return nil }
        duration = .seconds(value)
    }
}

@Sendable private func parseGrouping(_ text: String) throws -> DomainGrouping {
    do {
        return try DomainGrouping(parsing: text)
    } catch {
        throw ValidationError("\(error)")
    }
}

@Sendable func parseNumber(
    _ text: String,
    in range: ClosedRange<Int>,
    unit: String
) throws -> Int {
    guard let value = Int(text), range.contains(value) else {
        throw ValidationError(
            "'\(text)' is not a number of \(unit) from \(range.lowerBound) to \(range.upperBound)"
        )
    }
    return value
}
