public import MLPInference
public import MLSched
internal import Synchronization

extension SimPolicy {
    /// A model: one of patterns decides each a single time, one of the task is a network that the
    /// scheduler evaluates.
    ///
    /// - Throws: as ``ModelPolicy`` or ``SimNetwork``.
    public static func model(_ model: Model, on machine: SimMachine) throws -> SimPolicy {
        guard try FeatureSchema(model).fitsPatterns else {
            return .network(try SimNetwork(model, on: machine))
        }
        let policy = try ModelPolicy(model, on: machine)
        return .closure { policy.decide($0) }
    }

    /// The same policy, asked from outside, so that single decisions can be forced.
    public var forcible: SimPolicy {
        switch self {
        case .rule(let rule): .forcible(rule)
        case .network(let network, _): .network(network, isForcible: true)
        case .forcible, .closure, .ring: self
        }
    }
}

/// A model as a policy of the simulator: decides at once, each pattern a single time.
public final class ModelPolicy: Sendable {
    private struct State: ~Copyable {
        var scorer: PatternScorer
        var decisions: [UInt8]
    }

    private let state: Mutex<State>

    /// Prepares a model for a machine.
    ///
    /// - Throws: `SchemaError` where the model cannot be fed, `PatternSpaceError` where the
    ///   machine has no patterns.
    public init(_ model: Model, on machine: SimMachine) throws {
        let space = try PatternSpace(cpuIDs: machine.cpus.count, online: machine.cpus.count)
        let scorer = try PatternScorer(model: model, space: space)
        let undecided = [UInt8](repeating: 0, count: space.count)
        state = Mutex(State(scorer: scorer, decisions: undecided))
    }

    /// What the model decides on a candidate; nil where its pattern is of another machine.
    public func decide(_ candidate: SimCandidate) -> Decision? {
        state.withLock { state in
            let index = Int(candidate.patternIndex)
            guard index < state.decisions.count else { return nil }
            if state.decisions[index] == 0 {
                state.decisions[index] = Self.score(candidate.patternIndex, &state.scorer)
            }
            return Decision(rawValue: state.decisions[index])
        }
    }

    private static func score(_ pattern: UInt32, _ scorer: inout PatternScorer) -> UInt8 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { decision in
            var pattern = pattern
            withUnsafePointer(to: &pattern) {
                scorer.decide(UnsafeBufferPointer(start: $0, count: 1), into: decision)
            }
            return decision[0]
        }
    }
}
