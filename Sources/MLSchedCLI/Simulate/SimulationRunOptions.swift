import ArgumentParser
import DefaultWeights
import MLPInference
import MLSched
import SchedRecording
import SchedSim
import SystemPackage

/// Who decides, for how long, and how often.
struct SimulationRunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who decides, any of heuristic, cost, always, never, model, model=FILE, oracle and "
                + "clairvoyant, separated by commas (default: heuristic,always,never).",
            valueName: "list"
        )
    )
    var policy = "heuristic,always,never"

    @Option(help: ArgumentHelp("Time to simulate, 0.001 to 86400 (default: 2).", valueName: "sec"))
    var seconds = 2.0

    @Option(help: ArgumentHelp("Runs of each, 1 to 10000 (default: 3).", valueName: "count"))
    var seeds = 3

    @Option(help: ArgumentHelp("The first seed (default: 1).", valueName: "number"))
    var seed: UInt64 = 1

    @Flag(help: "Draw a workload's times, footprints, numbers and weights anew by each seed.")
    var vary = false

    func validate() throws {
        guard (0.001...86_400).contains(seconds) else {
            throw ValidationError("--seconds is a time from 0.001 to 86400.")
        }
        guard (1...10_000).contains(seeds) else {
            throw ValidationError("--seeds is a number from 1 to 10000.")
        }
    }

    /// The end of each run, ns.
    var end: UInt64 { UInt64(seconds * 1e9) }

    /// All seeds.
    var allSeeds: [UInt64] { (0..<UInt64(seeds)).map { seed &+ $0 } }

    /// What runs with a seed.
    func workload(_ workload: SimWorkload, seed: UInt64) -> SimWorkload {
        vary ? workload.varied(by: seed) : workload
    }

    /// Whoever decides on a machine, in the order given.
    ///
    /// - Throws: `Failure` for a name that is none, or a model that does not fit.
    func deciders(on machine: SimMachine, _ branches: BranchOptions) throws -> [SimDecider] {
        try policy.split(separator: ",").map { name in
            try decider(String(name), on: machine, branches)
        }
    }

    private func decider(
        _ name: String,
        on machine: SimMachine,
        _ branches: BranchOptions
    ) throws -> SimDecider {
        if name == "oracle" { return .oracle(branches) }
        if name == "clairvoyant" { return .clairvoyant(branches) }
        if name == "model" || name.hasPrefix("model=") {
            let path = name.split(separator: "=", maxSplits: 1).dropFirst().first.map(String.init)
            let model = try unusableOnError {
                try path.map { path in try Model(path: path) } ?? DefaultModel.load()
            }
            return SimDecider(
                name,
                try unusableOnError { try SimPolicy.model(model, on: machine) }
            )
        }
        guard let rule = Policy(rawValue: name) else {
            throw Failure.unusable(
                "'\(name)' is no policy; give heuristic, cost, always, never, model, model=FILE, "
                    + "oracle or clairvoyant"
            )
        }
        return SimDecider(name, .rule(rule))
    }
}

/// The workload of a name, or of a file.
///
/// - Throws: `Failure` where there is none of that name, or where the file cannot be used.
func simulatedWorkload(_ name: String, on machine: SimMachine) throws -> SimWorkload {
    let cpus = machine.cpus.count
    if name.hasSuffix(".json") {
        return try unusableOnError {
            try SimWorkload(RTAppFile(path: name), name: name, cpus: cpus)
        }
    }
    if name.contains("/") || name.hasSuffix(".rec") {
        return try unusableOnError {
            let replay = try Replay(Recording(path: name), path: name)
            return try SimWorkload(replay, name: name, cpus: cpus)
        }
    }
    guard let workload = BuiltInWorkload(rawValue: name) else {
        throw Failure.unusable(
            "'\(name)' is no workload; give one of \(SimulateCommand.workloadList)"
        )
    }
    return workload.workload(on: machine)
}

/// A file for what a simulation writes, in place of one that was there.
///
/// - Throws: `Failure` where it cannot be made.
func simulationFile(_ path: String) throws -> FileDescriptor {
    try unusableOnError {
        try FileDescriptor.open(
            FilePath(path),
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite, .groupRead, .otherRead]
        )
    }
}

/// Simulates with a seed, and says in a `Failure` what the simulator throws.
func withSimulationFailures(seed: UInt64, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch SimError.impossible(let sentence) {
        throw Failure.unusable(sentence)
    } catch let error as SimError {
        throw Failure.broken("seed \(seed): \(error)")
    }
}
