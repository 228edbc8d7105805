internal import CSchedSim

/// Tasks of a workload that are alike, or what a fork makes one from.
public struct SimTask: Hashable, Sendable {
    /// Name; 15 bytes of it are kept.
    public var name: String
    /// What they do; ends where the last step ends or repeats for ever.
    public var program: [SimStep]
    /// How many start; 0 is for forks alone.
    public var count = 1
    /// Weight, 1–10,000; nice 0 is 100.
    public var weight = 100
    /// Their CPUs, by the index of a mask of the workload; nil: all.
    public var mask: Int?
    /// Their control group, by its index in the workload; nil: the root.
    public var group: Int?
    /// The CPU on which the first starts, and the distance from each to the next.
    public var cpu = 0
    /// Distance in CPUs from where one starts to where the next one does.
    public var stride = 1
    /// What is added to the channel numbers of each next one.
    public var channelStride = 0
    /// Real-time, deadline or interrupt work, which runs before all others on its CPU.
    public var isHigher = false
    /// A thread of the kernel.
    public var isKernelThread = false
    /// Memory that each touches, bytes.
    public var footprint: SimDraw = .constant(0)
    /// When each starts, ns from the beginning.
    public var start: SimDraw = .constant(0)

    /// A single task that starts at the beginning on CPU 0 and may use all CPUs.
    public init(_ name: String, count: Int = 1, _ program: [SimStep]) {
        self.name = name
        self.count = count
        self.program = program
    }

    func lowered(firstStep: Int, name: UnsafePointer<CChar>?) -> mls_sim_task {
        mls_sim_task(
            name: name,
            first_step: UInt32(firstStep),
            weight: UInt32(clamping: weight),
            class: isHigher ? MLS_SIM_HIGHER.rawValue : MLS_SIM_EXT.rawValue,
            mask: mask.map { UInt32(clamping: $0) } ?? UInt32.max,
            cgroup: group.map { UInt32(clamping: $0) } ?? UInt32.max,
            count: UInt32(clamping: count),
            cpu: UInt32(clamping: cpu),
            stride: UInt32(clamping: stride),
            channel_stride: UInt32(clamping: channelStride),
            kthread: isKernelThread,
            footprint: footprint.lowered,
            start: start.lowered
        )
    }
}
