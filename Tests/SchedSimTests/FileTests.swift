import SchedRecording
import Testing

@testable import SchedSim

/// Workloads and costs that come from files.
@Suite struct FileTests {
    @Test func `An rt-app file is a program, times in ns, loops inside loops`() throws {
        let file = try Self.file(
            """
            { "tasks": {
              "a": { "loop": 4, "cpus": [1], "phases": {
                "p": { "loop": 3, "run": 10, "resume": "b" },
                "q": { "cpus": [0, 1], "lock": "m", "wait": { "ref": "c", "mutex": "m" },
                       "unlock": "m", "fork": "b" } } },
              "b": { "instance": 0, "loop": 1, "priority": -20, "suspend": "", "broad": "c" } } }
            """
        )
        let load = try SimWorkload(file, name: "x", cpus: 2)
        #expect(
            load.tasks[0].program == [
                .run(.constant(10_000)), .broadcast(0), .repeat(from: 0, times: 3),
                .affinity(0), .get(1), .put(1), .wait(2), .get(1), .put(1), .fork(1), .done,
                .repeat(from: 0, times: 4), .exit,
            ]
        )
        #expect(load.tasks[1].count == 0 && load.tasks[1].weight == 8668)
        #expect(load.tasks[0].mask.map { load.masks[$0] } == [1])
        #expect(load.channels.map(\.initial).sorted() == [0, 0, 1])
    }

    @Test func `An rt-app file does the work that it says`() throws {
        let file = try Self.file(
            """
            { "tasks": { "a": { "instance": 3, "loop": 5, "run": 2000,
              "timer": { "ref": "unique", "period": 10000 } } } }
            """
        )
        let load = try SimWorkload(file, name: "x", cpus: 4)
        var simulation = try Simulation(try Self.machine(), load)
        #expect(try simulation.run(until: 1_000_000_000) == .allEnded)
        #expect(simulation.report().workNanoseconds == 3 * 5 * 2_000_000)
        #expect(simulation.report().units == 15)
    }

    @Test func `An rt-app file names no CPU that the machine lacks`() throws {
        let file = try Self.file(#"{ "tasks": { "a": { "run": 1, "cpus": [6] } } }"#)
        let error = #expect(throws: RTAppError.self) {
            try SimWorkload(file, name: "x.json", cpus: 4)
        }
        #expect(try #require(error).description.contains("give --cpus 7"))
    }

    @Test func `A replay ends, having done the work that was recorded`() throws {
        var (parent, child) = (RecordedTask(task: 10), RecordedTask(task: 20))
        (parent.residentBytes, child.weight) = (1 << 20, 512)
        let replay = Replay(lives: [
            RecordedLife(
                task: parent,
                isForked: false,
                steps: [.run(1_000_000), .fork(1), .take, .run(500_000), .give(1), .sleep(100_000)]
            ),
            RecordedLife(
                task: child,
                isForked: true,
                steps: [.run(300_000), .give(0), .take, .run(200_000)]
            ),
        ])
        let load = try SimWorkload(replay, name: "x.rec", cpus: 4)
        #expect(load.tasks.map(\.count) == [1, 0])
        #expect(load.tasks.map(\.weight) == [100, 50])
        var simulation = try Simulation(try Self.machine(), load)
        #expect(try simulation.run(until: 1_000_000_000) == .allEnded)
        #expect(simulation.report().workNanoseconds == replay.runNanoseconds)
    }

    @Test func `A replay of a larger machine is refused where a task has no CPU`() throws {
        var task = RecordedTask(task: 10)
        task.allowedCPUs = [5]
        let life = RecordedLife(task: task, isForked: false, steps: [.run(1)])
        let error = #expect(throws: SimError.self) {
            try SimWorkload(Replay(lives: [life]), name: "x.rec", cpus: 4)
        }
        #expect(try #require(error).description.contains("give --cpus 6"))
        #expect(try SimWorkload(Replay(lives: [life]), name: "x.rec", cpus: 6).masks == [[5]])
    }

    @Test func `Costs are those of the table, and a distance that it lacks is refused`() throws {
        let costs = try MoveCosts(.default, name: "published", for: CPUDistance.allCases)
        #expect(costs.transferNanoseconds.node == 107)
        #expect(costs.refillPicoseconds.llc == 161)
        var table = CostTable.default
        table.transfer[.nothing] = nil
        #expect(throws: SimError.self) { try MoveCosts(table, name: "x", for: [.nothing]) }
        #expect(try MoveCosts(table, name: "x", for: [.cache]).name == "x")
    }

    private static func file(_ text: String) throws -> RTAppFile {
        try RTAppFile(json: Array(text.utf8), path: "x.json")
    }

    private static func machine() throws -> SimMachine {
        var machine = try SimMachine(cpus: 4, llcs: 2)
        machine.costs.effects = []
        return machine
    }
}

extension Replay {
    /// The time that all lives use CPUs for, ns.
    fileprivate var runNanoseconds: UInt64 {
        lives.lazy.flatMap(\.steps).reduce(0) { sum, step in
            if case .run(let time) = step { sum + time } else { sum }
        }
    }
}
