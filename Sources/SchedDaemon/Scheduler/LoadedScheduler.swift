internal import BPFPrograms
public import BPFRuntime
internal import CMLSchedABI
public import MLPInference
internal import MLSched

/// The BPF scheduler in the kernel, not in charge yet.
///
/// Between `load` and `attach` the daemon starts to answer, so that no request of the first tasks
/// waits.
public struct LoadedScheduler: ~Copyable {
    /// The machine that it was made for.
    public let plan: SchedulerPlan
    private let object: LoadedObject
    private let maps: SchedulerMaps

    /// Loads the scheduler; nothing is scheduled by it yet.
    ///
    /// - Throws: `BPFError` naming what the kernel refused, with the verifier's log where it has
    ///   one.
    public init(
        _ configuration: SchedulerConfiguration,
        plan: SchedulerPlan
    ) throws(BPFError) {
        var image = try StructOpsImage(
            name: Self.name,
            bytes: ObjectCode.main.bytes,
            variable: Self.operations
        )
        try image.set("hotplug_seq", to: plan.hotplugSequence)
        try image.set("exit_dump_len", to: configuration.exitDumpLength)
        try image.set("name", to: configuration.name)
        if let timeout = configuration.timeout {
            try image.set("timeout_ms", to: UInt32(timeout / .milliseconds(1)))
        }
        try image.set("flags", to: configuration.isPartial ? Self.switchPartial : 0)
        var open = try OpenObject(name: Self.name, bytes: image.bytes)
        try open.prepareStructOps(Self.operations, sleepable: ["mlsched_init"])
        try Self.nameKernelFunctions(&open)
        try Self.configure(&open, configuration, plan)
        let object = try open.load()
        let maps = try SchedulerMaps(object, plan: plan)
        self.plan = plan
        self.object = object
        self.maps = maps
    }

    /// Takes over the CPUs.
    ///
    /// - Throws: `BPFError`, with `EBUSY` when another scheduler is attached.
    public consuming func attach() throws(BPFError) -> AttachedScheduler {
        // Tells the programs something about their own prologs; needed only while attaching.
        let probe = try? object.attach("mlsched_probe_prolog")
        let link = try object.attachStructOps(Self.operations)
        _ = consume probe
        return AttachedScheduler(plan: plan, maps: maps, link: link)
    }

    /// Starts to answer what the scheduler asks.
    ///
    /// - Parameters:
    ///   - model: decides; its features must all be known.
    ///   - isBusyPolling: never sleep.
    /// - Returns: the loop that answers until it is stopped.
    /// - Throws: `BPFError` when the ring or the decision map cannot be used, `SchemaError` for a
    ///   model that cannot be fed, `SystemError` without a thread.
    public borrowing func decide(with model: Model, isBusyPolling: Bool) throws -> DecisionLoop {
        let ring = try object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        return try DecisionLoop(
            source: ring,
            waiter: waiter,
            sink: try DecisionStore(object, space: plan.space),
            space: plan.space,
            model: model,
            isBusyPolling: isBusyPolling
        )
    }
}

extension LoadedScheduler {
    private static let name = "mlsched"
    private static let operations = "mlsched_ops"
    /// `SCX_OPS_SWITCH_PARTIAL`, kernel/sched/ext_internal.h.
    private static let switchPartial: UInt64 = 1 << 3

    /// Says which of the renamed kernel functions this kernel has; see bpf/kfuncs.h.
    private static func nameKernelFunctions(_ open: inout OpenObject) throws(BPFError) {
        let kernel = try KernelBTF()
        for (flag, function) in KernelFunctions.flags {
            try open.setVariable(flag, to: kernel.hasFunction(function))
        }
    }

    private static func configure(
        _ open: inout OpenObject,
        _ configuration: SchedulerConfiguration,
        _ plan: SchedulerPlan
    ) throws(BPFError) {
        try plan.configure(&open)
        try open.setVariable("mls_policy", to: configuration.policy.abi)
        try open.setVariable("mls_shadow", to: configuration.isShadow)
        try open.setVariable("mls_cgroups", to: configuration.obeysGroups)
        try open.setVariable("mls_slice_ns", to: configuration.slice.nanoseconds)
        try open.setVariable("mls_wait_bound_ns", to: configuration.waitBound.nanoseconds)
        try open.setVariable("mls_exit_dump_len", to: configuration.exitDumpLength)
        try open.setValueSize(of: "exit_dump", to: max(configuration.exitDumpLength, 8))
        try DecisionStore.configure(&open, space: plan.space, tableLimit: configuration.tableLimit)
    }
}

extension Policy {
    /// The policy as `enum mls_policy`.
    fileprivate var abi: UInt32 {
        let policy =
            switch self {
            case .model: MLS_POLICY_MODEL
            case .heuristic: MLS_POLICY_HEURISTIC
            case .always: MLS_POLICY_ALWAYS
            case .never: MLS_POLICY_NEVER
            case .cost: MLS_POLICY_COST
            }
        return policy.rawValue
    }
}

extension Duration {
    /// The duration in whole nanoseconds.
    ///
    /// - Precondition: positive and shorter than five centuries.
    fileprivate var nanoseconds: UInt64 { UInt64(self / .nanoseconds(1)) }
}
