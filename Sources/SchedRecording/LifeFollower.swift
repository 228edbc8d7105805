/// Follows tasks through the events of a recording.
struct LifeFollower {
    private let recording: Recording
    private var known: [UInt32: RecordedTask] = [:]
    private var excluded: Set<UInt32> = [0]
    private var found: [Follow] = []
    private var current: [UInt32: Int] = [:]
    /// Who came last, by CPU.
    private var running: [UInt16: UInt32] = [:]

    /// A life so far.
    private struct Follow {
        var life: RecordedLife
        /// Since when it runs; nil: it does not.
        var runsSince: UInt64?
        /// Since when it sleeps; nil: it does not.
        var sleepsSince: UInt64?
    }

    init(_ recording: Recording) {
        self.recording = recording
    }

    /// All lives.
    mutating func lives() -> [RecordedLife] {
        var descriptions = recording.tasks[...]
        // What the recorder itself did is known from when it asked for all tasks.
        for task in descriptions where task.isRecorder { excluded.insert(task.task) }
        for event in recording.events {
            while let task = descriptions.first, task.nanoseconds <= event.nanoseconds {
                learn(task)
                descriptions = descriptions.dropFirst()
            }
            switch event.action {
            case .change: change(event)
            case .waking: wake(event)
            }
        }
        descriptions.forEach { learn($0) }
        for index in found.indices { stopRunning(index, at: recording.counts.nanoseconds) }
        return found.map(\.life)
    }

    private mutating func learn(_ description: RecordedTask) {
        guard !excluded.contains(description.task) else { return }
        var task = description
        // Who could go everywhere there may do so on any machine.
        if recording.machine.cpus.allSatisfy({ task.allowedCPUs.contains($0.id) }) {
            task.allowedCPUs = []
        }
        switch task.reason {
        case .forked: beginFork(of: task)
        case .present, .executes, .exits: update(task)
        }
    }

    private mutating func update(_ task: RecordedTask) {
        known[task.task] = task
        guard let index = current[task.task] else { return }
        let resident = max(found[index].life.task.residentBytes, task.residentBytes)
        if task.reason != .exits { found[index].life.task = task }
        found[index].life.task.residentBytes = resident
    }

    /// A child of a task that runs; an id that was in use before is another life now.
    private mutating func beginFork(of task: RecordedTask) {
        known[task.task] = task
        current[task.task] = nil
        guard !excluded.contains(task.parent) || recordsCommand(task) else {
            excluded.insert(task.task)
            return
        }
        let parent = excluded.contains(task.parent) ? nil : follow(task.parent, at: 0)
        let child = follow(task.task, at: task.nanoseconds)
        // Neither asleep nor yet running.
        found[child].sleepsSince = nil
        guard let parent else { return }
        found[child].life.isForked = true
        restart(parent, at: task.nanoseconds)
        found[parent].life.steps.append(.fork(child))
    }

    /// The command that was recorded is the recorder's child, but no thread of it.
    private func recordsCommand(_ task: RecordedTask) -> Bool {
        task.task == task.process && task.parent != 0
    }

    private mutating func change(_ event: RecordedEvent) {
        if let last = running.updateValue(event.other, forKey: event.cpu), last != event.task {
            leaveUnseen(last)
        }
        if !excluded.contains(event.task) {
            // Who leaves without having come was there all the time.
            let index = follow(event.task, at: 0)
            stopRunning(index, at: event.nanoseconds)
            switch event.manner {
            case .ordinary: break
            case .asleep, .waiting, .stopped: found[index].sleepsSince = event.nanoseconds
            case .dead: current[event.task] = nil
            }
        }
        if !excluded.contains(event.other) {
            let index = follow(event.other, at: 0)
            // Somebody whose waking was not seen, as at the beginning.
            found[index].sleepsSince = nil
            found[index].runsSince = event.nanoseconds
        }
    }

    /// Some kernels hide when some tasks leave: for how long such a one ran, nobody knows.
    private mutating func leaveUnseen(_ task: UInt32) {
        if let index = current[task] { found[index].runsSince = nil }
    }

    private mutating func wake(_ event: RecordedEvent) {
        guard !excluded.contains(event.task) else { return }
        let isNew = current[event.task] == nil
        let sleeper = follow(event.task, at: 0)
        if isNew { found[sleeper].sleepsSince = 0 }
        guard let since = found[sleeper].sleepsSince else { return }
        found[sleeper].sleepsSince = nil
        guard event.manner == .ordinary, !excluded.contains(event.other),
            let waker = current[event.other], found[waker].runsSince != nil
        else {
            found[sleeper].life.steps.append(.sleep(event.nanoseconds - since))
            return
        }
        found[sleeper].life.steps.append(.take)
        restart(waker, at: event.nanoseconds)
        found[waker].life.steps.append(.give(sleeper))
    }

    /// The life of a task that has this id now.
    private mutating func follow(_ task: UInt32, at time: UInt64) -> Int {
        if let index = current[task] { return index }
        let description = known[task] ?? RecordedTask(task: task, nanoseconds: time)
        let life = RecordedLife(task: description, isForked: false, steps: [])
        found.append(Follow(life: life, runsSince: nil, sleepsSince: nil))
        current[task] = found.count - 1
        return found.count - 1
    }

    private mutating func stopRunning(_ index: Int, at time: UInt64) {
        // Nil: it ran already when the recording began, and nobody knows how long.
        guard let since = found[index].runsSince else { return }
        found[index].life.run(for: time - since)
        found[index].runsSince = nil
    }

    /// Ends a stretch of running, as something is done in its middle.
    private mutating func restart(_ index: Int, at time: UInt64) {
        guard let since = found[index].runsSince else { return }
        found[index].life.run(for: time - min(since, time))
        found[index].runsSince = time
    }
}
