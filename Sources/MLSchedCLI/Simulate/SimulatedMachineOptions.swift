import ArgumentParser
import SchedRecording
import SchedSim

/// The machine to simulate.
struct SimulatedMachineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("CPUs, 1 to 1024 (default: 8).", valueName: "count"))
    var cpus = 8

    @Option(
        help: ArgumentHelp(
            "Last-level caches, which are the domains (default: 2).",
            valueName: "count"
        )
    )
    var llcs = 2

    @Option(help: ArgumentHelp("NUMA nodes (default: 1).", valueName: "count"))
    var nodes = 1

    @Option(help: ArgumentHelp("CPUs of a core (default: 1).", valueName: "count"))
    var smt = 1

    @Option(
        help: ArgumentHelp(
            "Effects of moving that are modelled: refill, transfer, smt, bandwidth, or none "
                + "(default: all).",
            valueName: "list"
        ),
        transform: parseEffects
    )
    var effects = MoveCosts.Effects.all

    @Option(
        help: ArgumentHelp(
            "Costs of moving as a multiple of the table's, 0 to 100 (default: 1).",
            valueName: "factor"
        )
    )
    var costs = 1.0

    @Option(
        help: ArgumentHelp(
            "What moving costs: assumed, published (of EPYC servers), or a file of calibrate "
                + "(default: assumed).",
            valueName: "table"
        )
    )
    var costTable = "assumed"

    @Flag(
        help: ArgumentHelp(
            "A wrong rule of the kernel's core, for negative controls.",
            visibility: .hidden
        )
    )
    var enqueueFirst = false

    func validate() throws {
        guard (0...100).contains(costs) else {
            throw ValidationError("--costs is a factor from 0 to 100.")
        }
    }

    /// The machine.
    ///
    /// - Throws: `Failure` where it does not add up.
    func machine() throws -> SimMachine {
        var table = try unusableOnError { try namedCosts().scaled(by: costs) }
        table.effects = effects
        var machine = try unusableOnError {
            try SimMachine(cpus: cpus, llcs: llcs, nodes: nodes, smt: smt, costs: table)
        }
        machine.enqueuesFirst = enqueueFirst
        return machine
    }

    private func namedCosts() throws -> MoveCosts {
        switch costTable {
        case "assumed": MoveCosts()
        case "published": try MoveCosts(.default, name: "published", for: distances)
        case let path: try MoveCosts(CostTable(path: path), name: path, for: distances)
        }
    }

    /// What two CPUs of the machine may share.
    private var distances: [CPUDistance] {
        let present: [CPUDistance: Bool] = [
            .core: smt > 1, .cache: cpus > llcs * smt, .node: llcs > nodes, .nothing: nodes > 1,
        ]
        return CPUDistance.allCases.filter { present[$0] == true }
    }
}

@Sendable private func parseEffects(_ text: String) throws -> MoveCosts.Effects {
    let named: [String: MoveCosts.Effects] = [
        "refill": .refill, "transfer": .transfer, "smt": .smt, "bandwidth": .bandwidth,
        "all": .all, "none": [],
    ]
    return try text.split(separator: ",").reduce(into: []) { effects, name in
        guard let effect = named[String(name)] else {
            throw ValidationError(
                "'\(name)' is no effect; give refill, transfer, smt, bandwidth, all or none."
            )
        }
        effects.formUnion(effect)
    }
}
