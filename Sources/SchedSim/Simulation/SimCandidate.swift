internal import CMLSchedABI
internal import CSchedSim
public import MLSched

/// A candidate, as a policy is asked about it: what the kernel side can know of it.
public struct SimCandidate: Sendable {
    private let raw: mls_sim_candidate

    init(_ raw: mls_sim_candidate) { self.raw = raw }

    /// When, ns from the beginning.
    public var nowNanoseconds: UInt64 { raw.now_ns }
    /// Why it could move: a wake-up (0), a pull (1) or an imbalance (2).
    public var kind: Int { Int(raw.kind) }
    /// The index of its pattern.
    public var patternIndex: UInt32 { raw.pattern }
    /// Its pattern.
    public var pattern: Pattern {
        Pattern(
            cpu: Int(raw.cpu),
            cpuIdle: Int(raw.cpu_idle),
            srcLevel: Int(raw.src_level),
            dstLevel: Int(raw.dst_level)
        )
    }
    /// What the scheduler measured, in the feature's unit, as exactly as models are told.
    public func value(of feature: LiveFeature) -> Double {
        var features = mls_features()
        withUnsafeBytes(of: raw.features) { values in
            withUnsafeMutableBytes(of: &features) { into in
                into.copyMemory(from: UnsafeRawBufferPointer(rebasing: values[..<into.count]))
            }
        }
        return feature.value(in: features)
    }
    /// The task, by its place in the simulation; nil where nobody knows.
    public var task: Int? { raw.task == UInt32.max ? nil : Int(raw.task) }
    /// Its weight.
    public var weight: Int { Int(raw.weight) }
    /// Tasks that wait anywhere.
    public var queued: Int { Int(raw.queued) }
    /// Its wake-ups in all.
    public var wakeups: Int { Int(raw.wakeups) }
    /// How long it has been runnable without running, ns.
    public var waitedNanoseconds: UInt64 { raw.waited_ns }
    /// Since it last ran, ns; 0: it never did.
    public var sinceRunNanoseconds: UInt64 { raw.since_run_ns }
    /// How long it ran last time, ns.
    public var lastRunNanoseconds: UInt64 { raw.last_run_ns }
    /// How long it has run in all, ns.
    public var ranNanoseconds: UInt64 { raw.ran_ns }
    /// Memory that it touches, bytes.
    public var footprint: UInt64 { raw.footprint }
}
