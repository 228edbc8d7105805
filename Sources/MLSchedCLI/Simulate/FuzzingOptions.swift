import ArgumentParser
import SchedSim

/// Random machines and workloads, and what must hold on them.
struct FuzzingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Try so many seeds, 1 to 100000000.", valueName: "count"))
    var fuzz: Int?

    @Option(
        help: ArgumentHelp(
            "Leave out hazards: weights, affinities, hotplug, realtime, pinning, stale-masks, "
                + "groups.",
            valueName: "list"
        ),
        transform: parseHazards
    )
    var without: FuzzOptions.Hazards = []

    @Option(
        help: ArgumentHelp(
            "How long a task may wait, in ms; 0: any time (default: 2500).",
            valueName: "ms"
        )
    )
    var waitBound: UInt64 = 2500

    @Option(
        help: ArgumentHelp(
            "How long a task may wait beside an idle CPU that it may use, in ms; 0: any time "
                + "(default: 20).",
            valueName: "ms"
        )
    )
    var idleBound: UInt64 = 20

    @Option(help: ArgumentHelp("Time of each case in ms (default: 3000).", valueName: "ms"))
    var caseMs: UInt64 = 3000

    @Flag(help: "Print each failure's sentence only, without looking for a smaller case.")
    var noShrink = false

    @Flag(
        help: """
            Instead of looking for violations, run busy tasks of mixed weights and affinities for \
            20 s and compare their shares with what is fair.
            """
    )
    var shares = false

    func validate() throws {
        guard fuzz.map((1...100_000_000).contains) ?? true else {
            throw ValidationError("--fuzz is a number from 1 to 100000000.")
        }
        guard max(waitBound, idleBound, caseMs) <= 1_000_000, caseMs > 0 else {
            throw ValidationError(
                "--wait-bound, --idle-bound and --case-ms are at most 1000000 ms."
            )
        }
    }

    /// Compares shares with what is fair, and prints how far they are off.
    private func runShares(count: Int, first: UInt64) throws {
        var progress = SimulationProgress(total: count)
        var worst: [Double] = []
        for index in 0..<count where !progress.isInterrupted {
            let trial = try unusableOnError { try ShareTrial(seed: first &+ UInt64(index)) }
            worst.append(trial.worst)
            progress.step(noun: "seeds")
        }
        worst.sort()
        func within(_ part: Double) -> Int { worst.count { $0 < part } }
        StandardOutput.print(
            "\(worst.count) seeds; the share furthest from fair: half of them within "
                + "\(short(100 * (worst.isEmpty ? 0 : worst[worst.count / 2]))) %, "
                + "\(within(0.1)) within 10 %, \(within(0.3)) within 30 %, the worst off by "
                + "\(short(100 * (worst.last ?? 0))) %"
        )
    }

    /// Tries seeds, and prints what fails.
    ///
    /// - Throws: `Failure` of status 1 where something did.
    func run(count: Int, first: UInt64) throws {
        guard !shares else { return try runShares(count: count, first: first) }
        var progress = SimulationProgress(total: count)
        var failed = 0
        for index in 0..<count where !progress.isInterrupted {
            let fuzzed = try unusableOnError {
                try FuzzCase(seed: first &+ UInt64(index), options)
            }
            if let violation = fuzzed.violation() {
                failed += 1
                report(fuzzed, violation, shrinks: failed == 1)
            }
            progress.step(noun: "seeds")
        }
        let tried = progress.done
        StandardOutput.print("\(tried) seeds, \(failed) failed")
        guard failed == 0 else {
            throw Failure.broken("\(failed) of \(tried) seeds show a violation")
        }
    }

    private var options: FuzzOptions {
        var options = FuzzOptions()
        options.hazards.subtract(without)
        options.nanoseconds = caseMs * 1_000_000
        options.waitBoundNanoseconds = waitBound * 1_000_000
        options.idleBoundNanoseconds = idleBound * 1_000_000
        return options
    }

    private func report(_ fuzzed: FuzzCase, _ violation: String, shrinks: Bool) {
        StandardOutput.print("seed \(fuzzed.seed): \(violation)")
        guard shrinks, !noShrink else { return }
        let small = fuzzed.shrunk()
        StandardOutput.print(
            small.description + "\n  shows: \(small.violation() ?? "nothing any more")"
        )
    }
}

@Sendable private func parseHazards(_ text: String) throws -> FuzzOptions.Hazards {
    try text.split(separator: ",").reduce(into: []) { hazards, name in
        guard let named = FuzzOptions.Hazards.named.first(where: { $0.name == name }) else {
            let names = FuzzOptions.Hazards.named.map(\.name).joined(separator: ", ")
            throw ValidationError("'\(name)' is no hazard; give any of \(names).")
        }
        hazards.insert(named.hazard)
    }
}
