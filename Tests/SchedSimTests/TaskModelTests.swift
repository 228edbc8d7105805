import Foundation
import MLPInference
import MLSched
import ModelTestSupport
import SchedSim
import Testing

private let second: UInt64 = 1_000_000_000

/// Twelve large tasks, and later six small ones, born in one of two domains and then set free.
///
/// The later ones find no CPU idle, beside which they would be moved in spite of the model.
private func load(on machine: SimMachine) -> SimWorkload {
    let kinds = [("large", 12, UInt64(64 << 20), UInt64(0)), ("small", 6, 64 << 10, second / 2)]
    let tasks = kinds.map { name, count, bytes, start in
        var task = SimTask(
            name,
            count: count,
            [
                .run(.constant(20_000_000)), .affinity(nil), .run(.constant(100_000_000)),
                .repeat(from: 2, times: nil),
            ]
        )
        task.mask = 0
        task.footprint = .constant(bytes)
        task.start = .constant(start)
        return task
    }
    var load = SimWorkload("sizes", tasks)
    load.masks = [machine.cpus(ofDomain: 0)]
    return load
}

/// Says that tasks of 46 MiB and more move.
private func largeOnesMove() throws -> Model {
    var network = TestModel(
        widths: [1, 1],
        activations: [.identity],
        features: [Feature(name: "footprint")]
    )
    network.layers[0].weights = [1]
    network.layers[0].bias = [-15]
    return try Model(bytes: network.encoded())
}

@Suite struct TaskModelTests {
    @Test("of two tasks in the same state the model moves one and keeps the other")
    func obeyed() throws {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        let policy = try SimPolicy.model(largeOnesMove(), on: machine)
        var simulation = try Simulation(machine, load(on: machine), SimOptions(policy: policy))
        try simulation.run(until: 2 * second)
        let there = simulation.tasks().filter { machine.cpus[$0.cpu].domain == 1 }
        let (large, small) = (there.count { $0.task == 0 }, there.count { $0.task == 1 })
        let counters = simulation.counters()
        #expect(large >= 4)
        #expect(small <= Int(counters.overridden))
        #expect(counters.said(.migrate) >= 4 && counters.said(.stay) >= 1)
    }

    @Test("the scheduler's own evaluation decides as the one that can be forced")
    func bothWays() throws {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        let policy = try SimPolicy.model(largeOnesMove(), on: machine)
        let tasks = try [policy, policy.forcible, .rule(.never)].map { policy in
            var simulation = try Simulation(machine, load(on: machine), SimOptions(policy: policy))
            try simulation.run(until: second)
            return simulation.tasks()
        }
        #expect(tasks[0] == tasks[1])
        #expect(tasks[0] != tasks[2])
    }

    @Test("a policy is told what the scheduler measured of the candidate")
    func features() throws {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        let policy = SimPolicy.closure { candidate in
            let kib = Double(candidate.footprint / 1024)
            let isRight =
                abs(candidate.value(of: .footprint) - log2(1 + kib)) < 0.1
                && candidate.value(of: .cpuIdle) == Double(candidate.pattern.cpuIdle)
                && abs(candidate.value(of: .srcDomLoad) * 10 - Double(candidate.pattern.srcLevel))
                    <= 0.5
            return Decision(migrate: isRight)
        }
        var simulation = try Simulation(machine, load(on: machine), SimOptions(policy: policy))
        try simulation.run(until: second)
        let report = simulation.report()
        #expect(report.decisions > 0)
        #expect(simulation.counters().said(.migrate) == report.decisions)
    }
}
