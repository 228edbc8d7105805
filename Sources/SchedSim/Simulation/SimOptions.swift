internal import CSchedSim
public import MLSched

/// How a simulation runs.
public struct SimOptions: Sendable {
    /// Draws everything that is random; the same seed gives the same run.
    public var seed: UInt64
    /// Who decides.
    public var policy: SimPolicy
    /// Memory, bytes at most.
    public var memory: UInt64 = 2 << 30
    /// Whether to look for violations each millisecond.
    public var checks = false
    /// How long a task may wait where a check finds it, ns; 0: any time.
    public var waitBoundNanoseconds: UInt64 = 0
    /// How long it may wait beside an idle CPU that it may use, ns; 0: any time.
    public var idleBoundNanoseconds: UInt64 = 0

    /// A run by a policy, unchecked.
    public init(seed: UInt64 = 1, policy: SimPolicy = .rule(.heuristic)) {
        self.seed = seed
        self.policy = policy
    }

    /// As C has it, valid as long as the policy; the context is the policy's closure, if any.
    func lowered(context: UnsafeMutableRawPointer?) -> mls_sim_options {
        var options = mls_sim_options()
        options.seed = seed
        options.memory = memory
        options.check = checks
        options.wait_bound_ns = waitBoundNanoseconds
        options.idle_bound_ns = idleBoundNanoseconds
        switch policy {
        case .rule(let rule):
            options.policy = rule.simRawValue
            options.decider = MLS_SIM_RULE.rawValue
        case .forcible(let rule):
            options.policy = rule.simRawValue
            options.decider = MLS_SIM_CALLBACK.rawValue
        case .network(let network, let isForcible):
            options.policy = Policy.model.simRawValue
            options.decider = (isForcible ? MLS_SIM_CALLBACK : MLS_SIM_RULE).rawValue
            options.network = network.pointer
        case .closure:
            options.decider = MLS_SIM_CALLBACK.rawValue
        case .ring(let delay, _):
            options.decider = MLS_SIM_RING.rawValue
            options.answer_ns = delay
        }
        if let context {
            options.context = context
            options.decide = { context, candidate in
                guard let context, let candidate else { return 0 }
                let closure = Unmanaged<PolicyClosure>.fromOpaque(context).takeUnretainedValue()
                return UInt32(closure.decide(SimCandidate(candidate.pointee))?.rawValue ?? 0)
            }
        }
        return options
    }
}
