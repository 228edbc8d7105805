internal import MLSched

/// One run of a workload under a policy, with the seed it was drawn from.
public struct SimTrial: Sendable {
    /// The seed.
    public let seed: UInt64
    /// What it has come to.
    public let report: SimReport
    /// The scheduler's counters.
    public let counters: SimCounters
    /// Time from wake-up to running that half of the wake-ups do not exceed, ns.
    public let medianWait: UInt64
    /// The same for 99 of 100, ns.
    public let tailWait: UInt64
    /// The same for a unit of work, ns.
    public let tailUnit: UInt64
    /// Of all that happened; see ``Simulation/digest()``.
    public let digest: UInt64

    /// Runs a simulation to an end.
    ///
    /// - Throws: `SimError` as ``Simulation`` does.
    public init(
        _ machine: SimMachine,
        _ workload: SimWorkload,
        _ decider: SimDecider,
        seed: UInt64,
        until end: UInt64
    ) throws(SimError) {
        let options = SimOptions(seed: seed, policy: decider.policy)
        var simulation = try Simulation(machine, workload, options)
        if let branches = decider.branches {
            var runner = try BranchRunner(simulation, branches, seed: seed)
            while try runner.decideNext(until: end) != nil {}
            simulation = runner.finish()
        }
        try simulation.run(until: end)
        self.init(simulation, seed: seed)
    }

    private init(_ simulation: borrowing Simulation, seed: UInt64) {
        self.seed = seed
        report = simulation.report()
        counters = simulation.counters()
        medianWait = simulation.wakeupWait(quantile: 0.5)
        tailWait = simulation.wakeupWait(quantile: 0.99)
        tailUnit = simulation.unitTime(quantile: 0.99)
        digest = simulation.digest()
    }
}

/// Who decides in a trial: a policy, or a look at both branches of each decision.
public struct SimDecider: Sendable {
    /// Name, as reports print it.
    public let name: String
    /// Decides what is not looked at.
    public let policy: SimPolicy
    /// How both answers to a decision are tried; nil: they are not.
    public let branches: BranchOptions?

    /// A policy by its name.
    public init(_ name: String, _ policy: SimPolicy) {
        self.name = name
        self.policy = policy
        branches = nil
    }

    /// Decides by what both answers lead to in redrawn futures, the same for both: the most that
    /// can be known.
    public static func oracle(_ branches: BranchOptions = BranchOptions()) -> SimDecider {
        SimDecider("oracle", branches)
    }

    /// Decides by the one future that comes, which is mostly luck.
    public static func clairvoyant(_ branches: BranchOptions = BranchOptions()) -> SimDecider {
        var branches = branches
        branches.isClairvoyant = true
        return SimDecider("clairvoyant", branches)
    }

    private init(_ name: String, _ branches: BranchOptions) {
        self.name = name
        policy = .forcible(.heuristic)
        var looked = branches
        looked.every = 1
        self.branches = looked
    }
}
