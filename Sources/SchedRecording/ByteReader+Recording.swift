extension ByteReader {
    /// A CPU, with an id above that of the one before.
    mutating func cpu(after last: Int) -> MachineShape.CPU? {
        let maximum = RecordingFormat.maximumCPUs - 1
        guard let id: Int = number(upTo: maximum), id > last,
            let core: Int = number(upTo: maximum), let cache: Int = number(upTo: maximum),
            let node: Int = number(upTo: maximum)
        else { return nil }
        return MachineShape.CPU(id: id, core: core, cache: cache, node: node)
    }

    /// The description of a task.
    mutating func task() -> RecordedTask? {
        guard let time = number(), let reason = byte().flatMap(RecordedTask.Reason.init),
            let id: UInt32 = number(upTo: RecordedEvent.maximumTask)
        else { return nil }
        var task = RecordedTask(task: id, nanoseconds: time, reason: reason)
        guard let process: UInt32 = number(upTo: RecordedEvent.maximumTask),
            let parent: UInt32 = number(upTo: RecordedEvent.maximumTask),
            let weight: UInt32 = number(), let policy: UInt32 = number(),
            let resident = number(), let flags = number(), let allowed = cpuIDs(),
            let hash = number(), let name = text()
        else { return nil }
        task.process = process
        task.parent = parent
        task.weight = weight
        task.policy = policy
        task.residentBytes = resident
        task.isKernelThread = flags & RecordingFormat.TaskFlag.kernelThread != 0
        task.isRecorder = flags & RecordingFormat.TaskFlag.recorder != 0
        task.isRunnable = flags & RecordingFormat.TaskFlag.runnable != 0
        task.allowedCPUs = allowed
        task.nameHash = hash
        task.name = name
        return task
    }

    /// An event; `time` and `current` are those after the one before, and then after this one.
    mutating func event(
        cpu: UInt16,
        time: inout UInt64,
        current: inout UInt32?
    ) -> RecordedEvent? {
        guard let head = byte(), head < 0x80,
            let action = RecordedEvent.Action(rawValue: head & RecordingFormat.EventHead.action),
            let manner = RecordedEvent.Manner(
                rawValue: head >> RecordingFormat.EventHead.mannerShift & 7
            ), let step = number(), case let (sum, overflow) = time.addingReportingOverflow(step),
            !overflow
        else { return nil }
        let isCurrent = head & RecordingFormat.EventHead.isCurrent != 0
        guard let known = isCurrent ? current : number(upTo: RecordedEvent.maximumTask),
            let unknown: UInt32 = number(upTo: RecordedEvent.maximumTask)
        else { return nil }
        time = sum
        let isChange = action == .change
        if isChange { current = unknown }
        return RecordedEvent(
            nanoseconds: sum,
            cpu: cpu,
            action: action,
            task: isChange ? known : unknown,
            other: isChange ? unknown : known,
            manner: manner
        )
    }

    private mutating func cpuIDs() -> [Int]? {
        guard let count: Int = number(upTo: RecordingFormat.maximumCPUs) else { return nil }
        var ids: [Int] = []
        for _ in 0..<count {
            guard let id: Int = number(upTo: RecordingFormat.maximumCPUs - 1),
                id > ids.last ?? -1
            else { return nil }
            ids.append(id)
        }
        return ids
    }
}

extension RecordedEvent {
    /// The kernel's bound of thread ids, 2^22, leaves room to spare.
    static let maximumTask: UInt32 = 0xFF_FFFF
}
