import SchedDaemon
import SchedExtStats

/// A server of the statistics of a scheduler that a test makes up.
final class FakeScheduler {
    let folder: TemporaryFolder
    let path: String
    private let server: StatsServer

    /// Serves statistics of two domains; each question finds ten candidates more.
    init() throws {
        folder = try TemporaryFolder()
        path = try folder.file("stats", []) + ".socket"
        server = try StatsServer(path: path, structures: StatisticsCatalogue.structures) {
            var seconds = 0
            return { _ in
                seconds += 1
                return .success(Self.values(after: seconds))
            }
        }
    }

    func stop() { server.stop() }

    /// The values of a scheduler that has run for so long.
    static func values(after seconds: Int) -> StatsValue {
        let domains = ["0-3", "4-7"].enumerated().map { index, cpus in
            let load = 0.25 + 0.5 * Double(index)
            return (
                "\(index)", StatsValue.table(["cpus": .text(cpus), "load_ratio": .number(load)])
            )
        }
        let row = StatsValue.table([
            "consulted": .integer(10), "consulted_total": .integer(UInt64(10 * seconds)),
            "decided": .integer(9), "undecided": .integer(1), "said_migrate": .integer(4),
            "said_stay": .integer(6), "overridden": .integer(0), "executed": .integer(3),
        ])
        return .table([
            "elapsed_seconds": .number(Double(seconds)), "interval_seconds": .number(1),
            "degraded": .integer(0), "filled_ratio": .number(1), "requests_dropped": .integer(2),
            "domains": .table(Dictionary(uniqueKeysWithValues: domains)),
            "candidates": .table(["wakeup": row]),
            "latency": .table([
                "inference": .table([
                    "samples": .integer(3), "p50_seconds": .number(2.5e-7),
                    "p99_seconds": .number(1e-6), "max_seconds": .number(0.002),
                ])
            ]),
        ])
    }
}
