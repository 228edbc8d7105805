/// Looks for what cannot work although every word of it is known.
struct RTAppCheck {
    private let file: RTAppFile
    private let path: String

    init(_ file: RTAppFile, path: String) {
        self.file = file
        self.path = path
    }

    /// Checks names, ends and timers.
    func run() throws(RTAppError) {
        let names = Set(file.threads.map(\.name))
        for thread in file.threads {
            for event in thread.events { try check(event, of: thread, names) }
            guard thread.loops != nil || thread.events.contains(where: \.takesTime) else {
                throw error(thread, "goes round for ever and never uses or waits for any time")
            }
            guard !thread.phases.isEmpty else {
                throw error(thread, "does nothing; give it events")
            }
        }
        try checkTimers()
        guard file.threads.contains(where: { $0.instances > 0 }) else {
            throw RTAppError("\(path): no thread ever starts; give one an 'instance' above 0")
        }
    }

    private func check(
        _ event: RTAppFile.Event,
        of thread: RTAppFile.Thread,
        _ names: Set<String>
    ) throws(RTAppError) {
        switch event {
        case .fork(let name) where !names.contains(name):
            throw error(thread, "forks '\(name)', which is no task")
        case .lock(let name) where !unlocked.contains(name):
            throw error(thread, "locks '\(name)', which nobody unlocks")
        case .unlock(let name) where !locked.contains(name):
            throw error(thread, "unlocks '\(name)', which nobody locks")
        case .wait(let name, _) where !signalled.contains(name):
            throw error(thread, "waits for '\(name)', which nobody signals")
        case .suspend(let name) where !resumed.contains(name):
            throw error(thread, "suspends until '\(name)' is resumed, which nobody does")
        default: return
        }
    }

    /// A timer that several threads use disturbs them in a way that rt-app itself warns of.
    private func checkTimers() throws(RTAppError) {
        var owners: [String: String] = [:]
        for thread in file.threads {
            for case .timer(let name, _) in thread.events {
                let isOwn = name.hasPrefix("\(thread.name)/")
                guard owners[name, default: thread.name] == thread.name,
                    isOwn || thread.instances <= 1
                else {
                    throw error(
                        thread,
                        "shares the timer '\(name)'; let its name begin with unique"
                    )
                }
                owners[name] = thread.name
            }
            guard Set(thread.timers).count <= 1 else {
                throw error(thread, "uses several timers; one is known for each thread")
            }
        }
    }

    private var events: [RTAppFile.Event] { file.threads.flatMap(\.events) }

    private var locked: Set<String> {
        Set(events.compactMap { if case .lock(let name) = $0 { name } else { nil } })
    }

    private var unlocked: Set<String> {
        Set(events.compactMap { if case .unlock(let name) = $0 { name } else { nil } })
    }

    private var signalled: Set<String> {
        Set(
            events.compactMap { event in
                switch event {
                case .signal(let name), .broadcast(let name): name
                default: nil
                }
            }
        )
    }

    private var resumed: Set<String> {
        Set(events.compactMap { if case .resume(let name) = $0 { name } else { nil } })
    }

    private func error(_ thread: RTAppFile.Thread, _ what: String) -> RTAppError {
        RTAppError("\(path): the task '\(thread.name)' \(what)")
    }
}

extension RTAppFile.Thread {
    /// The names of its timers, each as often as it is used.
    var timers: [String] {
        events.compactMap { if case .timer(let name, _) = $0 { name } else { nil } }
    }

    /// The events of all phases.
    var events: [RTAppFile.Event] { phases.flatMap(\.events) }
}

extension RTAppFile.Event {
    /// Whether time passes in it, or may.
    var takesTime: Bool {
        switch self {
        case .run(let time), .sleep(let time): time > 0
        case .timer, .wait, .suspend: true
        case .lock, .unlock, .signal, .broadcast, .resume, .yield, .fork: false
        }
    }
}
