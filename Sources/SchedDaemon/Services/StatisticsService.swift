public import Logging
internal import SchedExtStats
public import ServiceLifecycle

/// Serves the statistics of a run on a unix socket until it is told to stop.
public struct StatisticsService: Service {
    private let statistics: SchedulerStatistics
    private let path: String
    private let mode: UInt32
    private let isRequired: Bool
    private let logger: Logger

    /// A service that has not started.
    ///
    /// - Parameters:
    ///   - statistics: of the run.
    ///   - path: of the socket.
    ///   - mode: permissions of its file.
    ///   - isRequired: whether the run is to end when the socket cannot be had.
    ///   - logger: is told why it cannot otherwise.
    public init(
        _ statistics: SchedulerStatistics,
        path: String,
        mode: UInt32,
        isRequired: Bool,
        logger: Logger
    ) {
        self.statistics = statistics
        self.path = path
        self.mode = mode
        self.isRequired = isRequired
        self.logger = logger
    }

    /// Serves until the task is cancelled or shut down.
    ///
    /// - Throws: `StatsError` or `SystemError` when a socket that is required cannot be had.
    public func run() async throws {
        do {
            let desk = StatisticsDesk(statistics)
            let server = try StatsServer(
                path: path,
                mode: mode,
                structures: StatisticsCatalogue.structures
            ) { desk.makeReader() }
            try? await gracefulShutdown()
            server.stop()
        } catch {
            guard !isRequired else { throw error }
            logger.warning("no statistics are served: \(error)")
            try? await gracefulShutdown()
        }
    }
}
