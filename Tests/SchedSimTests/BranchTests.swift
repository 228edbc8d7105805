import MLSched
import SchedSim
import Testing

private let end: UInt64 = 2_000_000_000

private func mix(_ policy: Policy) throws -> Simulation {
    let machine = try SimMachine(cpus: 8, llcs: 2, smt: 2)
    return try Simulation(
        machine,
        BuiltInWorkload.mix.workload(on: machine),
        SimOptions(seed: 3, policy: .forcible(policy))
    )
}

@Suite struct BranchTests {
    @Test("what goes back to a moment goes on as if nothing had happened")
    func restoring() throws {
        var simulation = try mix(.heuristic)
        let moment = try simulation.makeMoment()
        try simulation.run(until: end / 2)
        try simulation.keep(in: moment)
        try simulation.run(until: end)
        let digest = simulation.digest()
        for time in [end, end + 500_000_000] {
            simulation.goBack(to: moment)
            try simulation.run(until: time)
        }
        simulation.goBack(to: moment)
        try simulation.run(until: end)
        #expect(simulation.digest() == digest)
    }

    @Test("a forced decision is obeyed, and the run differs from there on")
    func forcedDecision() throws {
        func run(_ decision: Decision?) throws -> (said: Decision?, digest: UInt64) {
            var simulation = try mix(.never)
            simulation.force(0, to: decision)
            try simulation.run(until: end)
            return (simulation.forced()?.said, simulation.digest())
        }
        let free = try run(nil)
        #expect(free.said == .stay)
        #expect(try run(.stay).digest == free.digest)
        #expect(try run(.migrate).digest != free.digest)
    }

    @Test("labelling does not change the run that is labelled")
    func labellingIsPassive() throws {
        var plain = try mix(.heuristic)
        try plain.run(until: end)
        var options = BranchOptions()
        options.every = 5
        var runner = try BranchRunner(try mix(.heuristic), options, seed: 9)
        var labels = 0
        while try runner.nextLabel(until: end) != nil { labels += 1 }
        #expect(labels > 5)
        let simulation = runner.finish()
        #expect(simulation.digest() == plain.digest())
    }

    @Test("both branches of a label live in the same futures, which differ among each other")
    func sameFutures()
        throws
    {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        let simulation = try Simulation(
            machine,
            BuiltInWorkload.mix.workload(on: machine),
            SimOptions(seed: 3, policy: .forcible(.never))
        )
        var options = BranchOptions()
        options.futures = 6
        var runner = try BranchRunner(simulation, options, seed: 9)
        var labels: [SimLabel] = []
        while labels.count < 40, let label = try runner.nextLabel(until: end) {
            labels.append(label)
        }
        #expect(labels.count == 40)
        #expect(labels.allSatisfy { Set($0.stay.map(\.worked)).count > 1 })
        // Common random numbers: what the answer changes is less than what the futures do.
        func variance(_ values: [Double]) -> Double {
            let mean = values.reduce(0, +) / Double(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
        let paired = labels.map { label in
            variance(zip(label.stay, label.migrate).map { Double($0.worked - $1.worked) })
        }
        let unpaired = labels.map { label in
            variance(label.stay.map { Double($0.worked) })
                + variance(label.migrate.map { Double($0.worked) })
        }
        #expect(paired.reduce(0, +) < unpaired.reduce(0, +) / 2)
    }

    @Test("the oracle lets tasks wait no longer than a policy that is wrong")
    func oracle() throws {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        let load = BuiltInWorkload.mix.workload(on: machine)
        func waited(_ decider: SimDecider) throws -> UInt64 {
            try SimTrial(machine, load, decider, seed: 5, until: end / 2)
                .report.weightedWaitNanoseconds
        }
        #expect(try waited(.oracle()) < waited(SimDecider("never", .rule(.never))))
    }
}
