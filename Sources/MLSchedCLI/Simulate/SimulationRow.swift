import SchedSim

/// What a workload came to under a policy: medians over the seeds, with the least and the most.
struct SimulationRow: Encodable {
    /// A figure over the seeds.
    struct Figure: Encodable {
        let median: Double
        let least: Double
        let most: Double

        init(_ trials: [SimTrial], _ value: (SimTrial) -> Double) {
            let spread = SimSpread(trials.map(value))
            median = spread.median
            least = spread.least
            most = spread.most
        }

        var text: String {
            least == most ? short(median) : "\(short(median)) (\(short(least))–\(short(most)))"
        }
    }

    let workload: String
    let policy: String
    /// Seconds of work that was done.
    let work: Figure
    /// Units of work that were done.
    let units: Figure
    /// Seconds that tasks waited.
    let waited: Figure
    /// Milliseconds from wake-up to running: half of them, 99 of 100, the longest of all waits.
    let medianWait: Figure
    let tailWait: Figure
    let longestWait: Figure
    let across: Figure
    let within: Figure
    /// Milliseconds paid to fill caches, and for data of other CPUs.
    let refill: Figure
    let transfer: Figure
    /// Seconds of CPUs that were idle while tasks waited.
    let idleBeside: Figure
    let consulted: Figure
    let executed: Figure
    /// Of each run, in the order of the seeds.
    let digests: [String]

    init(workload: String, policy: String, trials: [SimTrial]) {
        self.workload = workload
        self.policy = policy
        func seconds(_ key: KeyPath<SimReport, UInt64>, per: Double = 1e9) -> Figure {
            Figure(trials) { Double($0.report[keyPath: key]) / per }
        }
        work = seconds(\.workNanoseconds)
        units = seconds(\.units, per: 1)
        waited = seconds(\.waitedNanoseconds)
        medianWait = Figure(trials) { Double($0.medianWait) / 1e6 }
        tailWait = Figure(trials) { Double($0.tailWait) / 1e6 }
        longestWait = seconds(\.longestWaitNanoseconds, per: 1e6)
        across = seconds(\.across, per: 1)
        within = seconds(\.within, per: 1)
        refill = seconds(\.refillNanoseconds, per: 1e6)
        transfer = seconds(\.transferNanoseconds, per: 1e6)
        idleBeside = seconds(\.idleBesideNanoseconds)
        consulted = Figure(trials) { Double($0.counters.consulted) }
        executed = Figure(trials) { Double($0.counters.executed) }
        digests = trials.map { String($0.digest, radix: 16) }
    }

    /// Rows of one workload as a table for people.
    static func table(_ rows: [SimulationRow]) -> [String] {
        var table = TextTable([.left] + Array(repeating: .right, count: 10))
        table.append([
            rows.first?.workload ?? "", "work s", "units", "waited s", "wake p50 ms", "p99 ms",
            "longest ms", "across", "within", "refill ms", "idle beside s",
        ])
        for row in rows {
            table.append(
                [row.policy]
                    + [
                        row.work, row.units, row.waited, row.medianWait, row.tailWait,
                        row.longestWait, row.across, row.within, row.refill, row.idleBeside,
                    ].map(\.text)
            )
        }
        return [""] + table.lines()
    }
}
