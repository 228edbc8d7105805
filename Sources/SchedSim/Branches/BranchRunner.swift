internal import MLSched

/// Continues a simulation twice from a decision: once with "stay", once with "migrate".
///
/// It saves the state shortly before a decision, and restores it for each branch and future.
/// Both branches of a future draw the same, as far as they ask for the same.
public struct BranchRunner: ~Copyable {
    private static let eventsBetweenMoments: UInt64 = 256

    private var simulation: Simulation
    private let options: BranchOptions
    private let before: Simulation.Moment
    private let after: Simulation.Moment
    private var random: SplitMix64
    private var labels: UInt64 = 0

    /// Prepares a simulation.
    ///
    /// - Precondition: its policy is asked from outside: `.forcible` or `.closure`.
    /// - Throws: `SimError.broken` where there is no memory.
    public init(
        _ simulation: consuming Simulation,
        _ options: BranchOptions,
        seed: UInt64
    ) throws(SimError) {
        let before = try simulation.makeMoment()
        let after = try simulation.makeMoment()
        self.before = before
        self.after = after
        self.simulation = simulation
        self.options = options
        random = SplitMix64(seed: seed)
    }

    /// The next sampled decision, both answers tried; nil where the time is over.
    ///
    /// The simulation itself goes on as its policy says.
    ///
    /// - Throws: `SimError.broken` as ``Simulation/run(until:events:decisions:)`` does.
    public mutating func nextLabel(until end: UInt64) throws(SimError) -> SimLabel? {
        let gap = UInt64(max(1, options.every - 1))
        let skipped = 1 + random.next() % (2 * gap - 1)
        try simulation.run(
            until: end,
            decisions: simulation.report().decisions + (options.every > 1 ? skipped : 0)
        )
        let index = options.every > 1 ? Int(random.next() % 4) : 0
        guard let start = try findDecision(index, until: end) else { return nil }
        try simulation.keep(in: after)
        let label = try live(index, from: start)
        simulation.goBack(to: after)
        return label
    }

    /// Decides the next decision by looking at both branches, and goes on with the better one.
    ///
    /// Others of the same event are left to the policy.
    ///
    /// - Returns: the label that decided; nil where the time is over.
    public mutating func decideNext(until end: UInt64) throws(SimError) -> SimLabel? {
        guard let start = try findDecision(0, until: end) else { return nil }
        let label = try live(0, from: start)
        simulation.goBack(to: before)
        simulation.force(0, to: Decision(migrate: label.margin > 0))
        try simulation.run(until: end, decisions: start.decisions + 1)
        return label
    }

    /// The results of the simulation.
    public func report() -> SimReport { simulation.report() }

    /// Returns the simulation.
    public consuming func finish() -> Simulation { simulation }

    /// Saves the state before a decision and runs past it; nil where the time is over first.
    private mutating func findDecision(
        _ index: Int,
        until end: UInt64
    ) throws(SimError) -> SimReport? {
        while true {
            try simulation.keep(in: before)
            let start = simulation.report()
            simulation.force(index, to: nil)
            let stop = try simulation.run(
                until: end,
                events: Self.eventsBetweenMoments,
                decisions: start.decisions + UInt64(index) + 1
            )
            if simulation.forced() != nil { return start }
            guard stop == .limit else { return nil }
        }
    }

    private mutating func live(_ index: Int, from start: SimReport) throws(SimError) -> SimLabel {
        guard let (candidate, said) = simulation.forced() else {
            throw .broken("a decision was lost")
        }
        let horizon = candidate.nowNanoseconds + options.horizonNanoseconds
        labels += 1
        var stay: [SimOutcome] = []
        var migrate: [SimOutcome] = []
        for number in 0..<UInt64(options.isClairvoyant ? 1 : options.futures) {
            let future = options.isClairvoyant ? 0 : labels << 16 | (number + 1)
            stay.append(
                try branch(index, .stay, future, start, candidate.task, until: horizon)
            )
            migrate.append(
                try branch(index, .migrate, future, start, candidate.task, until: horizon)
            )
        }
        return SimLabel(candidate: candidate, said: said, stay: stay, migrate: migrate)
    }

    private mutating func branch(
        _ index: Int,
        _ decision: Decision,
        _ future: UInt64,
        _ start: SimReport,
        _ task: Int?,
        until horizon: UInt64
    ) throws(SimError) -> SimOutcome {
        simulation.goBack(to: before)
        let first = task.flatMap { simulation.task($0) }
        simulation.force(index, to: decision, future: future)
        try simulation.run(until: horizon)
        return SimOutcome(
            from: start,
            to: simulation.report(),
            task: first,
            task.flatMap { simulation.task($0) }
        )
    }
}
