public import SchedRecording

extension SimWorkload {
    /// What a machine's tasks did, to be replayed on another.
    ///
    /// Every life becomes a task of its own. Footprints are drawn: any size from 16 KiB up to the memory
    /// that the life's process had, at most 16 MiB, as likely as its double. Tasks of real-time and
    /// deadline policies run before all others.
    ///
    /// - Parameters:
    ///   - replay: the lives.
    ///   - name: how reports call it.
    ///   - cpus: CPUs of the machine to be simulated.
    /// - Throws: `SimError.impossible` when a task may only use CPUs that this machine lacks, or when
    ///   there are more tasks than can be simulated.
    public init(_ replay: Replay, name: String, cpus: Int) throws(SimError) {
        self.init(name, [])
        guard replay.lives.count <= 100_000 else {
            throw .impossible(
                "\(name) has \(replay.lives.count) tasks, and at most 100000 can be simulated: "
                    + "record a shorter time"
            )
        }
        var masks: [[Int]: Int] = [:]
        for (index, life) in replay.lives.enumerated() {
            var task = SimTask(life.label, count: life.isForked ? 0 : 1, life.program(index))
            task.weight = min(max(1, (Int(life.task.weight) * 100 + 512) / 1024), 10_000)
            task.isHigher = [1, 2, 6].contains(life.task.policy)
            task.isKernelThread = life.task.isKernelThread
            task.footprint = .logUniform(
                Self.least,
                min(max(life.task.residentBytes, Self.least), Self.most)
            )
            task.cpu = index % cpus
            if let allowed = try life.mask(of: cpus, in: name) {
                task.mask = masks[allowed] ?? self.masks.count
                if masks.updateValue(task.mask ?? 0, forKey: allowed) == nil {
                    self.masks.append(allowed)
                }
                task.cpu = allowed[index % allowed.count]
            }
            tasks.append(task)
            // As many wake-ups as there are may come before the sleep that each ends.
            channels.append(Channel(initial: 0, capacity: Int(Int32.max)))
        }
    }

    private static let least: UInt64 = 16 << 10
    private static let most: UInt64 = 16 << 20
}

extension RecordedLife {
    fileprivate var label: String { task.name.isEmpty ? "task \(task.task)" : task.name }

    /// The steps of the life at an index, whose channel has that index, too.
    fileprivate func program(_ index: Int) -> [SimStep] {
        steps.map { step in
            switch step {
            case .run(let time): .run(.constant(time))
            case .sleep(let time): .sleep(.constant(time))
            case .take: .get(index)
            case .give(let sleeper): .put(sleeper)
            case .fork(let child): .fork(child)
            }
        } + [.done, .exit]
    }

    /// The CPUs that it may use of a machine's; nil: all.
    fileprivate func mask(of cpus: Int, in name: String) throws(SimError) -> [Int]? {
        let allowed = task.allowedCPUs.filter { $0 < cpus }
        guard !allowed.isEmpty || task.allowedCPUs.isEmpty else {
            let lowest = task.allowedCPUs[0]
            throw .impossible(
                "\(name) is of a larger machine: a task may use CPU \(lowest) and no lower one: "
                    + "give --cpus \(lowest + 1) or more"
            )
        }
        return allowed.isEmpty ? nil : allowed
    }
}
