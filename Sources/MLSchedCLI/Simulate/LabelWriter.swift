import MLSched
import SchedSim
import SystemPackage

/// Writes a row for each sampled candidate: what was known, and what both answers led to.
struct LabelWriter {
    private static let header =
        "workload,cpus,llcs,nodes,smt,costs,seed,policy,label,time_us,kind,"
        + LiveFeature.measured.map(\.rawValue).joined(separator: ",")
        + ",queued,wakeups,waited_us,since_run_us,last_run_us,ran_us,footprint_bytes,said,"
        + "horizon_us,future,stay_waited_us,stay_refilled_us,stay_worked_us,stay_own_waited_us,"
        + "stay_own_refilled_us,stay_own_worked_us,migrate_waited_us,migrate_refilled_us,"
        + "migrate_worked_us,migrate_own_waited_us,migrate_own_refilled_us,migrate_own_worked_us"

    let path: String
    let options: SimulateCommand

    func run() throws {
        let machine = try options.machine.machine()
        let workload = try simulatedWorkload(options.workloads[0], on: machine)
        let branches = options.branches.options(clairvoyant: false)
        let deciders = try options.runs.deciders(on: machine, branches)
        let file = try simulationFile(path)
        try file.closeAfter {
            try write(Self.header, to: file)
            var progress = SimulationProgress(total: deciders.count * options.runs.seeds)
            for decider in deciders {
                for seed in options.runs.allSeeds where !progress.isInterrupted {
                    try label(machine, workload, decider, seed, branches, into: file)
                    progress.step(noun: "runs")
                }
            }
        }
    }

    private func label(
        _ machine: SimMachine,
        _ workload: SimWorkload,
        _ decider: SimDecider,
        _ seed: UInt64,
        _ branches: BranchOptions,
        into file: FileDescriptor
    ) throws {
        let run = SimOptions(seed: seed, policy: decider.policy.forcible)
        let machineCells = [
            "\(options.machine.cpus)", "\(options.machine.llcs)", "\(options.machine.nodes)",
            "\(options.machine.smt)", machine.costs.name,
        ]
        var number = 0
        try withSimulationFailures(seed: seed) {
            let varied = options.runs.workload(workload, seed: seed)
            try label(machine, varied, run, branches) { label in
                let run = [workload.name] + machineCells + ["\(seed)", decider.name, "\(number)"]
                try write(label, features: run + features(label), to: file)
                number += 1
            }
        }
    }

    private func label(
        _ machine: SimMachine,
        _ workload: SimWorkload,
        _ run: SimOptions,
        _ branches: BranchOptions,
        receive: (SimLabel) throws -> Void
    ) throws {
        let simulation = try Simulation(machine, workload, run)
        var runner = try BranchRunner(simulation, branches, seed: run.seed)
        while let label = try runner.nextLabel(until: options.runs.end) { try receive(label) }
    }

    /// A row for each future.
    private func write(_ label: SimLabel, features: [String], to file: FileDescriptor) throws {
        let horizon = "\(Int(options.branches.horizon * 1000))"
        for future in label.stay.indices {
            let cells =
                features + [horizon, "\(future)"]
                + Self.cells(label.stay[future]) + Self.cells(label.migrate[future])
            try write(cells.joined(separator: ","), to: file)
        }
    }

    private func features(_ label: SimLabel) -> [String] {
        let candidate = label.candidate
        let kind = ["wakeup", "pull", "imbalance"][min(candidate.kind, 2)]
        let known = LiveFeature.measured.map { "\(candidate.value(of: $0))" }
        let numbers: [UInt64] = [
            candidate.waitedNanoseconds, candidate.sinceRunNanoseconds,
            candidate.lastRunNanoseconds, candidate.ranNanoseconds,
        ]
        return ["\(candidate.nowNanoseconds / 1000)", kind] + known
            + ["\(candidate.queued)", "\(candidate.wakeups)"] + numbers.map { "\($0 / 1000)" }
            + [
                "\(candidate.footprint)",
                label.said.map { $0 == .migrate ? "migrate" : "stay" } ?? "undecided",
            ]
    }

    private static func cells(_ outcome: SimOutcome) -> [String] {
        [
            outcome.waited, outcome.refilled, outcome.worked, outcome.ownWaited,
            outcome.ownRefilled, outcome.ownWorked,
        ].map { "\(Double($0) / 1000)" }
    }

    private func write(_ line: String, to file: FileDescriptor) throws {
        do {
            try file.writeAll("\(line)\n".utf8)
        } catch {
            throw Failure.broken("\(path) cannot be written: \(error)")
        }
    }
}
