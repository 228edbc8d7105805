import SchedSim
import Testing

@Suite struct VariedTests {
    @Test(
        "a workload that is drawn anew is the same for the same seed, another for another, and runs",
        arguments: BuiltInWorkload.allCases
    )
    func drawnAnew(workload: BuiltInWorkload) throws {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        let load = workload.workload(on: machine)
        #expect(load.varied(by: 1) == load.varied(by: 1))
        #expect(load.varied(by: 1) != load.varied(by: 2))
        for seed in 1...20 as ClosedRange<UInt64> {
            var simulation = try Simulation(machine, load.varied(by: seed), SimOptions(seed: seed))
            try simulation.run(until: 20_000_000)
            // Tasks of phases start within a second.
            #expect(simulation.report().workNanoseconds > 0 || workload == .phases)
        }
    }

    @Test("what is tied to channels, what forks make and what a higher class runs keeps its number")
    func numbers() throws {
        let machine = try SimMachine(cpus: 8, llcs: 2)
        for workload in [BuiltInWorkload.pairs, .groups] {
            let load = workload.workload(on: machine)
            for seed in 1...20 as ClosedRange<UInt64> {
                let counts = load.varied(by: seed).tasks.filter { $0.channelStride > 0 }.map(
                    \.count
                )
                #expect(counts == load.tasks.filter { $0.channelStride > 0 }.map(\.count))
            }
        }
        let build = BuiltInWorkload.build.workload(on: machine).varied(by: 3)
        #expect(build.tasks.map(\.count) == [1, 0])
        let web = BuiltInWorkload.web.workload(on: machine)
        #expect(web.varied(by: 3).tasks.filter(\.isHigher) == web.tasks.filter(\.isHigher))
    }
}
