public import MLSched

/// Who decides in a simulation.
public enum SimPolicy: Sendable {
    /// The scheduler's own rules: heuristic, cost, always or never, as `mlsched run --policy` has them.
    case rule(Policy)
    /// The same rule asked from outside, so that single decisions can be forced.
    case forcible(Policy)
    /// A model of the task in the kernel's fixed point, evaluated by the scheduler's own code; or
    /// asked from outside, so that single decisions can be forced.
    case network(SimNetwork, isForcible: Bool = false)
    /// A function that decides at once; nil leaves it to the fallback rule.
    case closure(@Sendable (SimCandidate) -> Decision?)
    /// A function behind ring and table, which answers after a while, as the daemon does.
    case ring(delayNanoseconds: UInt64, @Sendable (SimCandidate) -> Decision?)
}
