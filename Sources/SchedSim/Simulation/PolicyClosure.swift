internal import CMLSchedABI
internal import MLSched

/// A policy's function, so that C can hold on to it.
final class PolicyClosure: Sendable {
    let decide: @Sendable (SimCandidate) -> Decision?

    /// The function of a policy; nil where the scheduler decides by a rule.
    init?(_ policy: SimPolicy) {
        switch policy {
        case .rule, .forcible, .network: return nil
        case .closure(let decide), .ring(_, let decide): self.decide = decide
        }
    }
}

extension Policy {
    /// The number that the scheduler knows it by.
    var simRawValue: UInt32 {
        switch self {
        case .model: MLS_POLICY_MODEL.rawValue
        case .heuristic: MLS_POLICY_HEURISTIC.rawValue
        case .always: MLS_POLICY_ALWAYS.rawValue
        case .never: MLS_POLICY_NEVER.rawValue
        case .cost: MLS_POLICY_COST.rawValue
        }
    }
}
