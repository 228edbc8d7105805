import SchedSim
import SystemPackage

/// Writes one run as a trace for Perfetto's UI.
struct SimulationTrace {
    private static let pieceSize = 1 << 20

    let path: String
    let options: SimulateCommand

    func run() throws {
        let machine = try options.machine.machine()
        let workload = try options.runs.workload(
            simulatedWorkload(options.workloads[0], on: machine),
            seed: options.runs.seed
        )
        let decider = try options.runs.deciders(on: machine, BranchOptions())[0]
        let file = try simulationFile(path)
        try file.closeAfter {
            try run(machine, workload, decider.policy, into: file)
        }
    }

    private func run(
        _ machine: SimMachine,
        _ workload: SimWorkload,
        _ policy: SimPolicy,
        into file: FileDescriptor
    ) throws {
        var trace = PerfettoTrace(machine, workload)
        try withSimulationFailures(seed: options.runs.seed) {
            var simulation = try Simulation(
                machine,
                workload,
                SimOptions(seed: options.runs.seed, policy: policy)
            )
            simulation.traceSpans { trace.add($0) }
            for step in stride(from: UInt64(10_000_000), through: options.runs.end, by: 10_000_000)
            {
                try simulation.run(until: step)
                if trace.bytes.count > Self.pieceSize { try Self.write(&trace, to: file) }
            }
            try simulation.run(until: options.runs.end)
        }
        try Self.write(&trace, to: file)
    }

    private static func write(_ trace: inout PerfettoTrace, to file: FileDescriptor) throws {
        do {
            try file.writeAll(trace.bytes)
        } catch {
            throw Failure.broken("the trace cannot be written: \(error)")
        }
        trace.bytes.removeAll(keepingCapacity: true)
    }
}
