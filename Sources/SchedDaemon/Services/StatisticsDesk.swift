internal import Glibc
public import SchedExtStats
internal import Synchronization

/// Where the server's thread gets totals.
///
/// It asks the decision thread at most a hundred times a second however many ask here, and waits a
/// second at most for one that hangs.
final class StatisticsDesk: Sendable {
    private let statistics: SchedulerStatistics
    private let last = Mutex<(totals: StatisticsTotals, time: ContinuousClock.Instant)?>(nil)

    init(_ statistics: SchedulerStatistics) {
        self.statistics = statistics
    }

    /// What one connection asks; it remembers what it has told.
    func makeReader() -> StatsServer.Reader {
        var reader = StatisticsReader()
        return { [self] target in
            guard target == "top" else {
                return .failure(.init(errno: EINVAL, "the only target is top"))
            }
            guard let totals = totals() else {
                return .failure(.init(errno: EAGAIN, "the scheduler is not attached now"))
            }
            return .success(StatisticsCatalogue.values(of: reader.interval(until: totals)))
        }
    }

    private func totals() -> StatisticsTotals? {
        let now = ContinuousClock.now
        if let (totals, time) = last.withLock({ $0 }), now - time < Self.freshness {
            return totals
        }
        guard let totals = try? statistics.totals(waitingSeconds: Self.patience) else { return nil }
        last.withLock { $0 = (totals, now) }
        return totals
    }

    private static let freshness = Duration.milliseconds(10)
    private static let patience = 1
}

extension SchedulerStatistics {
    /// Serves the statistics on a unix socket, in the protocol of `scx_stats`.
    ///
    /// - Parameters:
    ///   - path: of the socket; its folder is made if it is missing.
    ///   - mode: permissions of its file.
    /// - Returns: the server, which ends with its owner.
    /// - Throws: `StatsError` or `SystemError` when the socket cannot be had.
    public func serve(at path: String, mode: UInt32) throws -> StatsServer {
        let desk = StatisticsDesk(self)
        return try StatsServer(
            path: path,
            mode: mode,
            structures: StatisticsCatalogue.structures
        ) { desk.makeReader() }
    }
}
