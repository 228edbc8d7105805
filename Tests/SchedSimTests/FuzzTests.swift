import SchedSim
import Testing

@Suite struct FuzzTests {
    @Test("2,000 random machines and workloads show no violation")
    func randomMachines() throws {
        var options = FuzzOptions()
        options.nanoseconds = 300_000_000
        for seed in 1...2000 as ClosedRange<UInt64> {
            let violation = try FuzzCase(seed: seed, options).violation()
            #expect(violation == nil, "seed \(seed)")
        }
    }

    @Test("busy tasks of mixed weights and affinities share as fairly as these allow")
    func shares() throws {
        let worst = try (1...60 as ClosedRange<UInt64>).map { try ShareTrial(seed: $0).worst }
        #expect(worst.count { $0 < 0.1 } >= 54)
        #expect(worst.count { $0 < 0.3 } >= 58)  // a task that no idle or lighter CPU may help
        #expect(worst.count { $0 < 0.6 } == 60)
    }

    @Test("cases with control groups come with the seeds, and none without the hazard")
    func groups() throws {
        var without = FuzzOptions()
        without.hazards.remove(.groups)
        let cases = try (1...20 as ClosedRange<UInt64>).map { seed in
            (try FuzzCase(seed: seed), try FuzzCase(seed: seed, without))
        }
        #expect(cases.contains { !$0.0.workload.groups.isEmpty })
        #expect(cases.allSatisfy { $0.1.workload.groups.isEmpty })
    }

    @Test("a case is made of its seed alone")
    func caseOfSeed() throws {
        #expect(try FuzzCase(seed: 12).description == FuzzCase(seed: 12).description)
        #expect(try FuzzCase(seed: 12).description != FuzzCase(seed: 13).description)
    }

    @Test("a failure shrinks to less that fails for the same reason")
    func shrinking() throws {
        var options = FuzzOptions()
        options.waitBoundNanoseconds = 30_000_000  // nobody can keep that where many are busy
        options.nanoseconds = 500_000_000
        let failing = try #require(
            try (1...50 as ClosedRange<UInt64>).lazy.map { try FuzzCase(seed: $0, options) }
                .first { $0.violation() != nil }
        )
        let small = failing.shrunk(attempts: 100)
        #expect(small.violation() != nil)
        let tasks = [small, failing].map { $0.workload.tasks.reduce(0) { $0 + $1.count } }
        #expect(tasks[0] < tasks[1])
    }

    @Test("a bound that is broken is named with the task and the time")
    func brokenBound() throws {
        var load = SimWorkload(
            "busy",
            [SimTask("busy", count: 3, [.run(.constant(1_000_000_000)), .exit])]
        )
        load.tasks[0].mask = 0
        load.masks = [[0]]
        var options = SimOptions()
        options.checks = true
        options.waitBoundNanoseconds = 2_000_000
        var simulation = try Simulation(try SimMachine(cpus: 2, llcs: 1), load, options)
        let error = #expect(throws: SimError.self) { try simulation.run(until: 1_000_000_000) }
        #expect(error?.description.contains("has waited for 3 ms on CPU 0") == true)
    }
}
