internal import BPFPrograms
public import BPFRuntime
internal import CMLSchedABI
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
        try image.set("flags", to: configuration.isPartial ? Self.switchPartial : 0)
        var open = try OpenObject(name: Self.name, bytes: image.bytes)
        try open.prepareStructOps(Self.operations, sleepable: ["mlsched_init"])
        try Self.nameKernelFunctions(&open)
        try Self.configure(&open, configuration, plan)
        let object = try open.load()
        let maps = try SchedulerMaps(object)
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

    /// The ring that requests come through.
    public borrowing func requestRing() throws(BPFError) -> RingBuffer {
        try object.ringBuffer("requests")
    }

    /// Where decisions go.
    public borrowing func decisionStore() throws(BPFError) -> DecisionStore {
        try DecisionStore(object, space: plan.space)
    }
}

extension LoadedScheduler {
    private static let name = "mlsched"
    private static let operations = "mlsched_ops"
    /// `SCX_OPS_SWITCH_PARTIAL`, kernel/sched/ext_internal.h.
    private static let switchPartial: UInt64 = 1 << 3

    /// Says which of the renamed kernel functions this kernel has; see bpf/kernel.bpf.h.
    private static func nameKernelFunctions(_ open: inout OpenObject) throws(BPFError) {
        let kernel = try KernelBTF()
        let names = [
            ("mls_has_dsq_insert", "scx_bpf_dsq_insert"),
            ("mls_has_dsq_move", "scx_bpf_dsq_move"),
            ("mls_has_insert_vtime_args", "__scx_bpf_dsq_insert_vtime"),
            ("mls_has_task_set_slice", "scx_bpf_task_set_slice"),
        ]
        for (variable, function) in names {
            try open.setVariable(variable, to: kernel.hasFunction(function))
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
        try open.setVariable("mls_slice_ns", to: configuration.slice.nanoseconds)
        try open.setVariable("mls_wait_bound_ns", to: configuration.waitBound.nanoseconds)
        try open.setVariable("mls_exit_dump_len", to: configuration.exitDumpLength)
        try open.setValueSize(of: "exit_dump", to: max(configuration.exitDumpLength, 8))
        try DecisionStore.configure(&open, space: plan.space, tableLimit: configuration.tableLimit)
    }
}

/// The scheduler in charge; the kernel's own is back as soon as this value or the process ends.
public struct AttachedScheduler: ~Copyable {
    /// The machine that it was made for.
    public let plan: SchedulerPlan
    private let maps: SchedulerMaps
    private let link: StructOpsLink

    init(plan: SchedulerPlan, maps: consuming SchedulerMaps, link: consuming StructOpsLink) {
        self.plan = plan
        self.maps = maps
        self.link = link
    }

    /// Why the kernel let go of the scheduler; nil while it is in charge.
    public borrowing func exitReport() -> ExitReport? { maps.exitReport() }

    /// What the scheduler has counted since it was loaded.
    public borrowing func counters() throws(BPFError) -> SchedulerCounters {
        try maps.counters()
    }

    /// The load of each domain now, 0 – 1.
    public borrowing func domainLoads() throws(BPFError) -> [Double] {
        try maps.domainLoads(of: plan)
    }

    /// Gives the CPUs back and reports, in the kernel's words, how it ended.
    ///
    /// The kernel returns from it with the scheduler detached and its report written.
    public consuming func detach() -> ExitReport? {
        let maps = self.maps
        _ = consume link
        return maps.exitReport()
    }
}
