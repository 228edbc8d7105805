import SchedSim
import Testing

private func failure(_ machine: SimMachine, _ load: SimWorkload) -> SimError? {
    do throws(SimError) {
        var simulation = try Simulation(machine, load)
        try simulation.run(until: 1_000_000_000)
        return nil
    } catch {
        return error
    }
}

@Suite struct RefusalTests {
    @Test(
        "a machine of parts that do not add up is refused",
        arguments: [
            (cpus: 0, llcs: 1, nodes: 1, smt: 1), (cpus: 1025, llcs: 1, nodes: 1, smt: 1),
            (cpus: 8, llcs: 3, nodes: 1, smt: 1), (cpus: 8, llcs: 2, nodes: 3, smt: 1),
            (cpus: 9, llcs: 1, nodes: 1, smt: 2), (cpus: 256, llcs: 128, nodes: 1, smt: 1),
            (cpus: -1, llcs: -1, nodes: 1, smt: 1),
        ]
    )
    func impossibleMachines(
        cpus: Int,
        llcs: Int,
        nodes: Int,
        smt: Int
    ) {
        #expect(throws: SimError.self) {
            try SimMachine(cpus: cpus, llcs: llcs, nodes: nodes, smt: smt)
        }
    }

    @Test(
        "a program that does not add up is refused by a sentence",
        arguments: [
            ([SimStep.exit], "weight"), ([.put(0), .exit], "refers to"),
            ([.fork(9), .exit], "refers to"), ([.affinity(3), .exit], "refers to"),
            ([.repeat(from: 7, times: 2), .exit], "refers to"), ([.run(.constant(1))], "last step"),
            ([.run(.uniform(9, 3)), .exit], "drawn between"),
            ([.run(.logUniform(0, 3)), .exit], "logarithms"), ([.period(0), .exit], "period"),
            ([.run(.constant(.max)), .exit], "eleven days"), ([.weight(0), .exit], "weight"),
        ]
    )
    func impossiblePrograms(
        program: [SimStep],
        word: String
    ) throws {
        var task = SimTask("wrong", program)
        if program == [.exit] { task.weight = 0 }
        let error = failure(try SimMachine(cpus: 2, llcs: 1), SimWorkload("wrong", [task]))
        guard case .impossible(let sentence) = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(sentence.contains(word))
    }

    @Test("a task that loops without taking time is stopped and named")
    func endlessLoop() throws {
        let task = SimTask("loop", [.done, .repeat(from: 0, times: nil)])
        let error = failure(try SimMachine(cpus: 1, llcs: 1), SimWorkload("loop", [task]))
        #expect(
            error == .broken("task 0 (loop) loops without running or sleeping")
        )
    }

    @Test("tasks that wait for each other are a deadlock, and the run comes back")
    func deadlock() throws {
        let task = SimTask("waits", count: 2, [.get(0), .repeat(from: 0, times: nil)])
        var load = SimWorkload("deadlock", [task])
        load.channels = [.init()]
        var simulation = try Simulation(try SimMachine(cpus: 2, llcs: 1), load)
        #expect(try simulation.run(until: 3_600_000_000_000) == .deadlock)
    }

    @Test("a run ends when its last task does")
    func endOfRun() throws {
        let task = SimTask("short", count: 3, [.run(.constant(1_000_000)), .exit])
        var simulation = try Simulation(
            try SimMachine(cpus: 2, llcs: 1),
            SimWorkload("short", [task])
        )
        #expect(try simulation.run(until: 3_600_000_000_000) == .allEnded)
        #expect(simulation.report().alive == 0)
    }

    @Test("more tasks than can be simulated are refused, before memory is taken")
    func tooManyTasks() throws {
        let task = SimTask("many", count: 100_001, [.exit])
        let error = failure(try SimMachine(cpus: 2, llcs: 1), SimWorkload("many", [task]))
        #expect(
            error
                == .impossible(
                    "the workload has 100001 tasks; at most 100000 can be simulated"
                )
        )
    }

    @Test("a simulation that needs more memory than it may have says so")
    func tooMuchMemory() throws {
        var options = SimOptions()
        options.memory = 1 << 20
        let bomb = SimTask(
            "bomb",
            [.fork(1), .run(.constant(1000)), .repeat(from: 0, times: nil)]
        )
        let child = SimTask("child", count: 0, [.sleep(.constant(1_000_000_000_000)), .exit])
        var simulation = try Simulation(
            try SimMachine(cpus: 2, llcs: 1),
            SimWorkload("bomb", [bomb, child]),
            options
        )
        #expect(throws: SimError.broken("the simulation needs more than 1 MiB of memory")) {
            try simulation.run(until: 1_000_000_000_000)
        }
        options.memory = 64 << 10
        #expect(throws: SimError.self) {
            _ = try Simulation(
                try SimMachine(cpus: 512, llcs: 2),
                SimWorkload("bomb", [bomb, child]),
                options
            )
        }
    }
}
