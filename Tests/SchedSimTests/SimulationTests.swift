import MLSched
import SchedSim
import Testing

private let second: UInt64 = 1_000_000_000

private func twoDomains(_ cpus: Int = 4) throws -> SimMachine {
    var machine = try SimMachine(cpus: cpus, llcs: 2)
    machine.costs.effects = []
    return machine
}

private func busy(_ count: Int) -> SimTask {
    SimTask("busy", count: count, [.run(.constant(100_000_000)), .repeat(from: 0, times: nil)])
}

@Suite struct SimulationTests {
    @Test("the same seed gives the same run, another seed another one")
    func determinism() throws {
        let machine = try twoDomains()
        func digest(_ seed: UInt64) throws -> UInt64 {
            let load = BuiltInWorkload.mix.workload(on: machine)
            var simulation = try Simulation(machine, load, SimOptions(seed: seed))
            try simulation.run(until: second / 2)
            return simulation.digest()
        }
        #expect(try digest(1) == digest(1))
        #expect(try digest(1) != digest(2))
    }

    @Test("simulations that run by turns do not feel each other")
    func independence() throws {
        let machine = try twoDomains()
        let other = try SimMachine(cpus: 6, llcs: 3)
        let load = BuiltInWorkload.mix.workload(on: machine)
        var alone = try Simulation(machine, load)
        var first = try Simulation(machine, load)
        var second = try Simulation(other, BuiltInWorkload.pairs.workload(on: other))
        for step in 1...20 as ClosedRange<UInt64> {
            try first.run(until: step * 10_000_000)
            try second.run(until: step * 1_000_000)
        }
        for step in 1...20 as ClosedRange<UInt64> { try alone.run(until: step * 10_000_000) }
        #expect(first.digest() == alone.digest())
    }

    @Test("CPUs and waiting account for all the time of busy tasks")
    func accounting() throws {
        var simulation = try Simulation(try twoDomains(), SimWorkload("busy", [busy(6)]))
        try simulation.run(until: second)
        let report = simulation.report()
        #expect(report.busyNanoseconds + report.waitedNanoseconds == 6 * second)
        #expect(report.busyNanoseconds == 4 * second)
        #expect(simulation.tasks().reduce(0) { $0 + $1.ranNanoseconds } == 4 * second)
    }

    @Test("tasks share one CPU by their weights")
    func weights() throws {
        let machine = try SimMachine(cpus: 1, llcs: 1)
        var heavy = busy(1)
        heavy.weight = 300
        var simulation = try Simulation(machine, SimWorkload("weights", [busy(1), heavy]))
        try simulation.run(until: 20 * second)
        let work = simulation.tasks().map { Double($0.workNanoseconds) }
        #expect((2.7...3.3).contains(work[1] / work[0]))
    }

    @Test("a task runs on the CPUs of its mask alone")
    func mask() throws {
        var pinned = busy(4)
        pinned.mask = 0
        var load = SimWorkload("pinned", [pinned])
        load.masks = [[1]]
        var simulation = try Simulation(try twoDomains(), load)
        try simulation.run(until: second)
        #expect(simulation.tasks().allSatisfy { $0.cpu == 1 && $0.moves == 0 })
        #expect((second - 10_000...second).contains(simulation.report().busyNanoseconds))
    }

    @Test("a higher class takes its CPU from everybody else")
    func higherClass() throws {
        let machine = try SimMachine(cpus: 1, llcs: 1)
        var hog = SimTask(
            "hog",
            [
                .run(.constant(30_000_000)), .sleep(.constant(70_000_000)),
                .repeat(from: 0, times: nil),
            ]
        )
        hog.isHigher = true
        var simulation = try Simulation(machine, SimWorkload("rt", [busy(1), hog]))
        try simulation.run(until: second)
        let ran = simulation.tasks().map(\.ranNanoseconds)
        #expect(ran[1] == 300_000_000)
        #expect((690_000_000...700_000_000).contains(ran[0]))
    }

    @Test("a busy sibling slows a task as the costs say")
    func siblings() throws {
        var machine = try SimMachine(cpus: 2, llcs: 1, smt: 2)
        machine.costs.effects = [.smt]
        machine.costs.smtShare = 512
        func work(_ count: Int) throws -> UInt64 {
            var simulation = try Simulation(machine, SimWorkload("smt", [busy(count)]))
            try simulation.run(until: second)
            return simulation.report().workNanoseconds
        }
        let (alone, both) = (Double(try work(1)), Double(try work(2)))
        #expect((0.98...1.02).contains(both / alone))
    }

    @Test("a move is paid by what the caches have to be filled with")
    func refill() throws {
        func refill(_ effects: MoveCosts.Effects, footprint: UInt64) throws -> UInt64 {
            var machine = try SimMachine(cpus: 4, llcs: 2)
            machine.costs.effects = effects
            var task = busy(6)
            task.footprint = .constant(footprint)
            var simulation = try Simulation(machine, SimWorkload("refill", [task]))
            try simulation.run(until: second)
            return simulation.report().refillNanoseconds
        }
        #expect(try refill([], footprint: 1 << 20) == 0)
        #expect(try refill(.refill, footprint: 0) == 0)
        let small = try refill(.refill, footprint: 64 << 10)
        #expect(try small > 0 && refill(.refill, footprint: 1 << 20) > small)
    }

    @Test("a CPU that goes offline runs nothing until it is back")
    func offline() throws {
        var load = SimWorkload("hotplug", [busy(4)])
        load.changes = [
            SimChange(.stop(cpu: 3), at: second / 2), SimChange(.start(cpu: 3), at: second),
        ]
        var simulation = try Simulation(try twoDomains(), load)
        try simulation.run(until: second)
        #expect(simulation.report().busyNanoseconds == 3 * second + second / 2)
        #expect(simulation.tasks().allSatisfy { $0.cpu != 3 })
        try simulation.run(until: 2 * second)
        let busy = simulation.report().busyNanoseconds - 3 * second - second / 2
        #expect((4 * second - 60_000_000...4 * second).contains(busy))
    }

    @Test("the scheduler's ring and table answer after the delay that is asked for")
    func answerDelay() throws {
        let machine = try twoDomains(8)
        let load = BuiltInWorkload.spinners.workload(on: machine)
        func run(_ policy: SimPolicy) throws -> (executed: UInt64, digest: UInt64) {
            var simulation = try Simulation(machine, load, SimOptions(policy: policy))
            try simulation.run(until: 2 * second)
            return (simulation.counters().executed, simulation.digest())
        }
        let prompt = try run(.ring(delayNanoseconds: 50_000) { _ in .migrate })
        let late = try run(.ring(delayNanoseconds: 3 * second) { _ in .migrate })
        #expect(try prompt.executed != run(.ring(delayNanoseconds: 50_000) { _ in .stay }).executed)
        // Until the answer comes, the fallback rule decides.
        #expect(try late.digest == run(.rule(.heuristic)).digest)
    }
}
