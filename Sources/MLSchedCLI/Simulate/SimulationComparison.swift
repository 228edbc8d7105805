import SchedSim

/// Policies against each other, on the same workloads and seeds.
struct SimulationComparison {
    let options: SimulateCommand

    func run() throws {
        let machine = try options.machine.machine()
        let deciders = try options.runs.deciders(
            on: machine,
            options.branches.options(clairvoyant: false)
        )
        if !options.json { StandardOutput.print(heading(machine)) }
        for name in options.workloads {
            let workload = try simulatedWorkload(name, on: machine)
            let rows = try deciders.map { decider in
                try SimulationRow(
                    workload: name,
                    policy: decider.name,
                    trials: trials(machine, workload, decider)
                )
            }
            try OutputBuffer.print(
                options.json ? rows.map { try jsonLine($0) } : SimulationRow.table(rows)
            )
        }
    }

    private func trials(
        _ machine: SimMachine,
        _ workload: SimWorkload,
        _ decider: SimDecider
    ) throws -> [SimTrial] {
        try options.runs.allSeeds.map { seed in
            do {
                return try SimTrial(
                    machine,
                    options.runs.workload(workload, seed: seed),
                    decider,
                    seed: seed,
                    until: options.runs.end
                )
            } catch SimError.impossible(let sentence) {
                throw Failure.unusable(sentence)
            } catch {
                throw Failure.broken("seed \(seed): \(error)")
            }
        }
    }

    private func heading(_ machine: SimMachine) -> String {
        let effects = machine.costs.effects.names.joined(separator: ", ")
        return "\(machine.cpus.count) CPUs, \(machine.domainCount) caches, "
            + "\(short(options.runs.seconds)) s, seeds \(options.runs.seed) to "
            + "\(options.runs.seed + UInt64(options.runs.seeds) - 1); costs: \(machine.costs.name)"
            + " (\(effects.isEmpty ? "none" : effects))"
    }
}
