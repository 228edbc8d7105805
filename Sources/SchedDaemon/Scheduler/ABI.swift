internal import CMLSchedABI
internal import MLSched

extension PatternSpace {
    /// The same space as the BPF programs see it.
    var abi: mls_pattern_space {
        mls_pattern_space(nr_cpu_ids: UInt32(cpuIDs), nr_online: UInt32(online))
    }

    /// Words of eight bytes of one table of decisions.
    var tableWords: UInt32 { mls_table_words(abi) }
}

extension Policy {
    /// The policy as `enum mls_policy`.
    var abi: UInt32 {
        let policy =
            switch self {
            case .model: MLS_POLICY_MODEL
            case .heuristic: MLS_POLICY_HEURISTIC
            case .always: MLS_POLICY_ALWAYS
            case .never: MLS_POLICY_NEVER
            }
        return policy.rawValue
    }
}

extension Duration {
    /// The duration in whole nanoseconds.
    ///
    /// - Precondition: positive and shorter than five centuries.
    var nanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000
            + UInt64(components.attoseconds / 1_000_000_000)
    }
}
