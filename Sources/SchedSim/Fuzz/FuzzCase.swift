public import MLSched

/// A random machine and workload, made from a seed.
public struct FuzzCase: Sendable {
    /// The seed.
    public let seed: UInt64
    /// The machine.
    public var machine: SimMachine
    /// The workload.
    public var workload: SimWorkload
    /// The rule that decides.
    public var rule: Policy
    /// How long it is simulated, ns.
    public var nanoseconds: UInt64
    /// Bounds.
    public let options: FuzzOptions

    /// The case of a seed.
    ///
    /// - Throws: `SimError.impossible` only if the generator itself is wrong.
    public init(seed: UInt64, _ options: FuzzOptions = FuzzOptions()) throws(SimError) {
        var maker = FuzzMaker(seed: seed, options: options)
        self.seed = seed
        self.options = options
        nanoseconds = options.nanoseconds
        machine = try maker.machine()
        workload = maker.workload(on: machine)
        rule = [.heuristic, .always, .never][maker.random.below(3)]
    }

    /// The first violation, or nil where all holds.
    public func violation() -> String? {
        do throws(SimError) {
            var simulation = try Simulation(machine, workload, simulationOptions)
            try simulation.run(until: nanoseconds)
            return nil
        } catch {
            return error.description
        }
    }

    /// As a person reads it.
    public var description: String {
        let tasks = workload.tasks.filter { $0.count > 0 || $0.name == "child" }.map { task in
            let cpus = task.mask.map { " on \(workload.masks[$0])" } ?? ""
            let kind = task.isHigher ? " real-time" : ""
            let group = task.group.map { " in group \($0)" } ?? ""
            return "  \(task.count)\(kind) × \(task.name), weight \(task.weight), "
                + "born on CPU \(task.cpu)\(cpus)\(group): "
                + task.program.map(\.description).joined(separator: ", ")
        }
        let groups = workload.groups.enumerated().map { index, group in
            "  group \(index) of weight \(group.weight)"
                + (group.parent.map { " in group \($0)" } ?? "")
        }
        let changes = workload.changes.map { change in
            "  at \(change.atNanoseconds / 1000) µs"
                + (change.everyNanoseconds > 0
                    ? " and each \(change.everyNanoseconds / 1000) µs" : "") + ": \(change.kind)"
        }
        return
            ([
                "seed \(seed): \(machine.cpus.count) CPUs in \(machine.domainCount) domains, "
                    + "policy \(rule.rawValue), tick \(machine.tickNanoseconds) ns, "
                    + "\(nanoseconds / 1_000_000) ms"
            ] + tasks + groups + changes).joined(separator: "\n")
    }

    private var simulationOptions: SimOptions {
        var made = SimOptions(seed: seed, policy: .rule(rule))
        made.checks = true
        made.waitBoundNanoseconds = options.waitBoundNanoseconds
        made.idleBoundNanoseconds = options.idleBoundNanoseconds
        return made
    }
}
