internal import CSchedSim

/// What happens to a task or a CPU from outside.
public struct SimChange: Hashable, Sendable {
    /// What is done.
    public enum Kind: Hashable, Sendable {
        /// A task, in the order of starts, gets a weight.
        case weight(task: Int, Int)
        /// A task gets CPUs, by the index of a mask; nil: all.
        case affinity(task: Int, Int?)
        /// A task moves to a control group, by its index; nil: to the root.
        case group(task: Int, Int?)
        /// A control group gets a weight.
        case share(group: Int, Int)
        /// A CPU goes offline.
        case stop(cpu: Int)
        /// A CPU comes back.
        case start(cpu: Int)
    }

    /// What is done.
    public var kind: Kind
    /// When, ns from the beginning.
    public var atNanoseconds: UInt64
    /// And again each time that this passes, ns; 0: once.
    public var everyNanoseconds: UInt64

    /// A change that happens once, or again and again.
    public init(_ kind: Kind, at time: UInt64, every: UInt64 = 0) {
        self.kind = kind
        atNanoseconds = time
        everyNanoseconds = every
    }

    var lowered: mls_sim_change {
        switch kind {
        case .weight(let task, let weight):
            lower(MLS_SIM_SET_WEIGHT, task, UInt32(clamping: weight))
        case .affinity(let task, let mask):
            lower(MLS_SIM_SET_AFFINITY, task, mask.map { UInt32(clamping: $0) } ?? UInt32.max)
        case .group(let task, let group):
            lower(MLS_SIM_SET_GROUP, task, group.map { UInt32(clamping: $0) } ?? UInt32.max)
        case .share(let group, let weight):
            lower(MLS_SIM_SET_SHARE, group, UInt32(clamping: weight))
        case .stop(let cpu): lower(MLS_SIM_STOP_CPU, cpu, 0)
        case .start(let cpu): lower(MLS_SIM_START_CPU, cpu, 0)
        }
    }

    private func lower(
        _ kind: mls_sim_change_kind,
        _ subject: Int,
        _ value: UInt32
    ) -> mls_sim_change {
        mls_sim_change(
            at_ns: atNanoseconds,
            every_ns: everyNanoseconds,
            kind: kind.rawValue,
            task: UInt32(clamping: subject),
            value: value
        )
    }
}
