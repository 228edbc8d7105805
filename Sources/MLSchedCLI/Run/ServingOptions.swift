import ArgumentParser
import Logging
import SchedDaemon
import SchedExtStats

/// Where to serve statistics.
struct ServingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve statistics on this unix socket, for mlsched monitor, mlsched metrics and "
                + "scxtop; none: do not (default: \(StatsClient.defaultPath)).",
            valueName: "path"
        ),
        completion: .file()
    )
    var statsSocket: String?

    @Option(
        help: ArgumentHelp(
            "Who may read them: the socket's permissions, in octal (default: 660).",
            valueName: "mode"
        ),
        transform: { text in
            guard let mode = UInt32(text, radix: 8), mode <= 0o777 else {
                throw ValidationError("'\(text)' is no file mode from 0 to 777")
            }
            return mode
        }
    )
    var statsSocketMode = UInt32(0o660)

    /// The socket's path; nil: nothing is served.
    var path: String? {
        statsSocket == "none" ? nil : statsSocket ?? StatsClient.defaultPath
    }

    /// Starts to serve the statistics of a run; nil: nothing is served.
    ///
    /// - Throws: `Failure` when a path that was given cannot be had; the usual one is done without.
    func start(_ statistics: SchedulerStatistics, _ logger: Logger) throws(Failure) -> StatsServer?
    {
        guard let path else { return nil }
        do {
            return try statistics.serve(at: path, mode: statsSocketMode)
        } catch {
            guard statsSocket == nil else { throw .unusable(error) }
            logger.warning("no statistics are served: \(error)")
            return nil
        }
    }
}
