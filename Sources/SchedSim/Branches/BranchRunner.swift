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
        guard let found = try findDecision(index, until: end) else { return nil }
        try simulation.keep(in: after)
        let label = try live(found)
        simulation.goBack(to: after)
        return label
    }

    /// Decides the next decision by looking at both branches, and goes on with the better one.
    ///
    /// Others of the same event are left to the policy.
    ///
    /// - Returns: the label that decided; nil where the time is over.
    public mutating func decideNext(until end: UInt64) throws(SimError) -> SimLabel? {
        guard let found = try findDecision(0, until: end) else { return nil }
        let label = try live(found)
        simulation.goBack(to: before)
        simulation.force(found.index, to: Decision(migrate: label.margin > 0))
        try simulation.run(until: end, decisions: found.start.decisions + 1)
        return label
    }

    /// The results of the simulation.
    public func report() -> SimReport { simulation.report() }

    /// Returns the simulation.
    public consuming func finish() -> Simulation { simulation }

    /// A decision that has been found: the moment right before its event, and which of that it is.
    private struct Found {
        let start: SimReport
        let index: Int
    }

    /// Saves the state before a decision and runs past it; nil where the time is over first.
    private mutating func findDecision(
        _ index: Int,
        until end: UInt64
    ) throws(SimError) -> Found? {
        while true {
            try simulation.keep(in: before)
            let start = simulation.report()
            simulation.force(index, to: nil)
            let stop = try simulation.run(
                until: end,
                events: Self.eventsBetweenMoments,
                decisions: start.decisions + UInt64(index) + 1
            )
            if simulation.forced() != nil { return try moveCloser(index, from: start) }
            guard stop == .limit else { return nil }
        }
    }

    /// Keeps the moment right before the event that was just handled, for all that lies before it
    /// would be lived again with each branch.
    private mutating func moveCloser(
        _ index: Int,
        from start: SimReport
    ) throws(SimError) -> Found {
        let events = simulation.report().events - start.events
        simulation.goBack(to: before)
        try simulation.run(until: UInt64.max >> 1, events: events - 1)
        try simulation.keep(in: before)
        let closer = simulation.report()
        let found = Found(start: closer, index: index - Int(closer.decisions - start.decisions))
        simulation.force(found.index, to: nil)
        try simulation.run(until: UInt64.max >> 1, events: 1)
        return found
    }

    private mutating func live(_ found: Found) throws(SimError) -> SimLabel {
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
                try branch(found, .stay, future, candidate.task, until: horizon)
            )
            migrate.append(
                try branch(found, .migrate, future, candidate.task, until: horizon)
            )
        }
        return SimLabel(candidate: candidate, said: said, stay: stay, migrate: migrate)
    }

    private mutating func branch(
        _ found: Found,
        _ decision: Decision,
        _ future: UInt64,
        _ task: Int?,
        until horizon: UInt64
    ) throws(SimError) -> SimOutcome {
        simulation.goBack(to: before)
        let first = task.flatMap { simulation.task($0) }
        simulation.force(found.index, to: decision, future: future)
        try simulation.run(until: horizon)
        return SimOutcome(
            from: found.start,
            to: simulation.report(),
            task: first,
            task.flatMap { simulation.task($0) }
        )
    }
}
