import MLSched
import SchedSim

/// The example of the documentation, word for word; it has to compile.
func documentationExample() throws {
    let machine = try SimMachine(cpus: 64, llcs: 8)
    let load = BuiltInWorkload.mix.workload(on: machine)
    var simulation = try Simulation(machine, load, SimOptions(seed: 7, policy: .rule(.heuristic)))
    try simulation.run(until: 2_000_000_000)
    print(simulation.report().across, simulation.wakeupWait(quantile: 0.99))
}
