/// Busy tasks of mixed weights and affinities in one domain, against what is fair.
public struct ShareTrial: Sendable {
    /// The seed.
    public let seed: UInt64
    /// Of each task: what it got, and what is fair, in CPUs.
    public let shares: [(got: Double, fair: Double)]

    /// The largest relative distance of a share from what is fair.
    public var worst: Double { shares.map { abs($0.got / $0.fair - 1) }.max() ?? 0 }

    /// Runs the tasks of a seed.
    ///
    /// - Parameters:
    ///   - seed: makes machine and tasks.
    ///   - nanoseconds: for how long.
    ///   - withAffinities: whether half of the tasks may use some CPUs alone.
    /// - Throws: `SimError` as ``Simulation`` does.
    public init(
        seed: UInt64,
        nanoseconds: UInt64 = 20_000_000_000,
        withAffinities: Bool = true
    ) throws(SimError) {
        var random = SplitMix64(seed: seed &* 999 &+ 5)
        let cpus = 1 + random.below(8)
        var machine = try SimMachine(cpus: cpus, llcs: 1)
        machine.costs.effects = []
        machine.costs.switchNanoseconds = 0
        machine.tickNanoseconds = random.oneIn(2) ? 4_000_000 : 1_000_000
        var load = SimWorkload("shares", [])
        for _ in 0..<cpus + 1 + random.below(2 * cpus) {
            var task = SimTask(
                "busy",
                [.run(.constant(.milliseconds(1000))), .repeat(from: 0, times: nil)]
            )
            task.weight = 20 + random.below(random.oneIn(2) ? 80 : 480)
            task.cpu = random.below(cpus)
            if withAffinities, random.oneIn(2) {
                let some = (0..<cpus).filter { _ in random.oneIn(2) }
                load.masks.append(some.isEmpty ? [random.below(cpus)] : some)
                task.mask = load.masks.count - 1
            }
            load.tasks.append(task)
        }
        self.seed = seed
        shares = try Self.run(machine, load, seed, nanoseconds)
    }

    private static func run(
        _ machine: SimMachine,
        _ load: SimWorkload,
        _ seed: UInt64,
        _ nanoseconds: UInt64
    ) throws(SimError) -> [(got: Double, fair: Double)] {
        let all = Array(machine.cpus.indices)
        let fair = WaterFilling(
            weights: load.tasks.map { Double($0.weight) },
            allowed: load.tasks.map { task in task.mask.map { load.masks[$0] } ?? all },
            cpus: machine.cpus.count
        ).shares()
        var simulation = try Simulation(machine, load, SimOptions(seed: seed))
        try simulation.run(until: nanoseconds)
        return zip(simulation.tasks(), fair).map {
            (Double($0.ranNanoseconds) / Double(nanoseconds), $1)
        }
    }
}
