internal import CSchedSim

/// What runs on a machine, as data.
public struct SimWorkload: Hashable, Sendable {
    /// A bounded count of units that tasks put in and take out: a pipe, a semaphore, a mutex.
    public struct Channel: Hashable, Sendable {
        /// Units in it at first.
        public var initial: Int
        /// Units, at most.
        public var capacity: Int

        /// A channel; with a capacity of 1 and one unit it is an open mutex.
        public init(initial: Int = 0, capacity: Int = 1) {
            self.initial = initial
            self.capacity = capacity
        }
    }

    /// A control group with a cpu controller.
    public struct Group: Hashable, Sendable {
        /// The group that it is in, by an index before its own; nil: the root.
        public var parent: Int?
        /// `cpu.weight`, 1–10,000.
        public var weight: Int

        /// A group, in the root or in another one.
        public init(in parent: Int? = nil, weight: Int = 100) {
            self.parent = parent
            self.weight = weight
        }
    }

    /// Name, as reports print it.
    public var name: String
    /// Groups of tasks that are alike, and templates of forks.
    public var tasks: [SimTask]
    /// Channels that programs name by index.
    public var channels: [Channel] = []
    /// Sets of CPUs that tasks and changes name by index.
    public var masks: [[Int]] = []
    /// Control groups that tasks and changes name by index; without any, weights are the tasks' own.
    public var groups: [Group] = []
    /// What happens from outside.
    public var changes: [SimChange] = []

    /// A workload of tasks.
    public init(_ name: String, _ tasks: [SimTask]) {
        self.name = name
        self.tasks = tasks
    }
}

extension SimWorkload {
    /// Hands the workload over as C has it; valid only inside the closure.
    func withLowered<Result>(_ body: (UnsafePointer<mls_sim_workload>) -> Result) -> Result {
        let first = tasks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.program.count) }
        let steps = zip(tasks, first).flatMap { task, from in
            task.program.map { $0.lowered(from: from) }
        }
        let names = tasks.map { Array($0.name.utf8CString.prefix(15)) + [0] }
        return names.joined().map { $0 }.withUnsafeBufferPointer { characters in
            let starts = names.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
            let lowered = tasks.indices.map { index in
                tasks[index].lowered(
                    firstStep: first[index],
                    name: characters.baseAddress.map { $0 + starts[index] }
                )
            }
            return Self.withArrays(
                steps,
                lowered,
                channels.map {
                    mls_sim_channel(
                        initial: UInt32(clamping: $0.initial),
                        capacity: UInt32(clamping: $0.capacity)
                    )
                },
                masks.map(Self.lower(mask:)),
                groups.map {
                    mls_sim_cgroup(
                        parent: $0.parent.map { UInt32(clamping: $0) } ?? UInt32.max,
                        weight: UInt32(clamping: $0.weight)
                    )
                },
                changes.map(\.lowered),
                body
            )
        }
    }

    private static func withArrays<Result>(
        _ steps: [mls_sim_step],
        _ tasks: [mls_sim_task],
        _ channels: [mls_sim_channel],
        _ masks: [mls_sim_mask],
        _ groups: [mls_sim_cgroup],
        _ changes: [mls_sim_change],
        _ body: (UnsafePointer<mls_sim_workload>) -> Result
    ) -> Result {
        steps.withUnsafeBufferPointer { steps in
            tasks.withUnsafeBufferPointer { tasks in
                channels.withUnsafeBufferPointer { channels in
                    masks.withUnsafeBufferPointer { masks in
                        groups.withUnsafeBufferPointer { groups in
                            changes.withUnsafeBufferPointer { changes in
                                var load = mls_sim_workload()
                                load.steps = steps.baseAddress
                                load.nr_steps = UInt32(steps.count)
                                load.tasks = tasks.baseAddress
                                load.nr_tasks = UInt32(tasks.count)
                                load.channels = channels.baseAddress
                                load.nr_channels = UInt32(channels.count)
                                load.masks = masks.baseAddress
                                load.nr_masks = UInt32(masks.count)
                                load.cgroups = groups.baseAddress
                                load.nr_cgroups = UInt32(groups.count)
                                load.changes = changes.baseAddress
                                load.nr_changes = UInt32(changes.count)
                                return body(&load)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func lower(mask: [Int]) -> mls_sim_mask {
        var lowered = mls_sim_mask()
        withUnsafeMutableBytes(of: &lowered) { bytes in
            for cpu in mask where (0..<Int(MLS_SIM_MAX_CPUS)).contains(cpu) {
                bytes[cpu / 8] |= 1 << UInt8(cpu % 8)
            }
        }
        return lowered
    }
}
