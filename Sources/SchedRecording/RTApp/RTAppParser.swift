internal import FoundationEssentials

extension RTAppFile {
    /// Reads a file.
    ///
    /// - Throws: `RTAppError` when there is none, when it is no JSON, or for the first thing in it that
    ///   the simulator does not know.
    public init(path: String) throws(RTAppError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= 16 << 20 else {
            throw RTAppError("\(path) cannot be read: is it there, and a file below 16 MiB?")
        }
        try self.init(json: data, path: path)
    }

    /// Reads a text; `path` is what errors call it.
    public init(json: some Collection<UInt8>, path: String) throws(RTAppError) {
        let root: OrderedJSON
        do {
            root = try OrderedJSON(parsing: json)
        } catch {
            throw RTAppError("\(path):\(error.line): expected \(error.expected)")
        }
        self = try RTAppParser(path: path).file(root)
    }
}

/// Turns JSON into threads and events, or says what it does not know.
struct RTAppParser {
    private let path: String

    init(path: String) {
        self.path = path
    }

    /// The whole file.
    func file(_ root: OrderedJSON) throws(RTAppError) -> RTAppFile {
        guard case .object(let members) = root else {
            throw RTAppError("\(path):1: expected an object with 'tasks'")
        }
        var global = Global()
        var threads: [RTAppFile.Thread]?
        for member in members where member.key == "global" { global = try self.global(member) }
        for member in members {
            switch member.key {
            case "global", "resources": continue
            case "tasks": threads = try self.threads(member, global)
            default: throw unknown(member, "global, resources, tasks")
            }
        }
        guard let threads, !threads.isEmpty else {
            throw RTAppError("\(path):1: there is no task; write one into 'tasks'")
        }
        let file = RTAppFile(duration: global.duration, threads: threads)
        try RTAppCheck(file, path: path).run()
        return file
    }

    private struct Global {
        var duration: Duration?
        var policy = RTAppFile.Policy.other
    }

    private func global(_ member: OrderedJSON.Member) throws(RTAppError) -> Global {
        var global = Global()
        for member in try object(member) {
            switch member.key {
            case "duration":
                let seconds = try integer(member, in: -1...1_000_000)
                global.duration = seconds < 0 ? nil : .seconds(seconds)
            case "default_policy": global.policy = try policy(member)
            case "calibration", "pi_enabled", "lock_pages", "logdir", "log_basename", "log_size",
                "ftrace", "gnuplot", "cumulative_slack":
                continue
            default: throw unknown(member, "duration, default_policy, and what is about logs")
            }
        }
        return global
    }

    private func threads(
        _ member: OrderedJSON.Member,
        _ global: Global
    ) throws(RTAppError) -> [RTAppFile.Thread] {
        var threads: [RTAppFile.Thread] = []
        for member in try object(member) {
            guard !threads.contains(where: { $0.name == member.key }) else {
                throw error(member, "'\(member.key)' is there twice; give each task its own name")
            }
            threads.append(try thread(member, global))
        }
        return threads
    }

    private func thread(
        _ member: OrderedJSON.Member,
        _ global: Global
    ) throws(RTAppError) -> RTAppFile.Thread {
        var thread = RTAppFile.Thread(
            name: member.key,
            instances: 1,
            delay: 0,
            loops: nil,
            policy: global.policy,
            priority: 0,
            cpus: [],
            footprint: nil,
            phases: []
        )
        var inline: [OrderedJSON.Member] = []
        for member in try object(member) {
            switch member.key {
            case "instance": thread.instances = try integer(member, in: 0...100_000)
            case "delay": thread.delay = try integer(member, in: 0...Self.longest)
            case "loop":
                let loops = try integer(member, in: -1...Self.longest)
                thread.loops = loops < 0 ? nil : loops
            case "policy": thread.policy = try policy(member)
            case "priority": thread.priority = try integer(member, in: -20...99)
            case "cpus": thread.cpus = try cpus(member)
            case "footprint": thread.footprint = try integer(member, in: 0...(1 << 40))
            case "phases":
                for member in try object(member) {
                    thread.phases.append(try phase(member, of: thread.name))
                }
            default: inline.append(member)
            }
        }
        guard inline.isEmpty || thread.phases.isEmpty else {
            throw error(inline[0], "'\(inline[0].key)' stands beside phases; move it into one")
        }
        if !inline.isEmpty {
            var events: [RTAppFile.Event] = []
            for member in inline { events += try self.events(member, of: thread.name) }
            thread.phases = [RTAppFile.Phase(loops: 1, cpus: nil, events: events)]
        }
        return thread
    }

    private func phase(
        _ member: OrderedJSON.Member,
        of thread: String
    ) throws(RTAppError) -> RTAppFile.Phase {
        var phase = RTAppFile.Phase(loops: 1, cpus: nil, events: [])
        for member in try object(member) {
            switch member.key {
            case "loop": phase.loops = try integer(member, in: 1...Self.longest)
            case "cpus": phase.cpus = try cpus(member)
            default: phase.events += try events(member, of: thread)
            }
        }
        return phase
    }

    private func events(
        _ member: OrderedJSON.Member,
        of thread: String
    ) throws(RTAppError) -> [RTAppFile.Event] {
        // Keys of an object are unique, so the same event has digits behind it the second time.
        let name = String(member.key.reversed().drop { $0.isASCII && $0.isNumber }.reversed())
        switch name {
        case "run", "runtime": return [.run(try integer(member, in: 0...Self.longest))]
        case "sleep": return [.sleep(try integer(member, in: 0...Self.longest))]
        case "timer": return [try timer(member, of: thread)]
        case "lock": return [.lock(try string(member))]
        case "unlock": return [.unlock(try string(member))]
        case "wait":
            let (reference, mutex) = try condition(member)
            return [.wait(reference, mutex: mutex)]
        case "signal": return [.signal(try string(member))]
        case "broad": return [.broadcast(try string(member))]
        case "sync":
            let (reference, mutex) = try condition(member)
            return [
                .lock(mutex), .signal(reference), .wait(reference, mutex: mutex), .unlock(mutex),
            ]
        case "suspend":
            let name = try string(member)
            return [.suspend(name.isEmpty ? thread : name)]
        case "resume": return [.resume(try string(member))]
        case "yield": return [.yield]
        case "fork": return [.fork(try string(member))]
        default:
            throw unknown(
                member,
                "run, runtime, sleep, timer, lock, unlock, wait, signal, broad, sync, suspend, "
                    + "resume, yield, fork"
            )
        }
    }

    private func timer(
        _ member: OrderedJSON.Member,
        of thread: String
    ) throws(RTAppError) -> RTAppFile.Event {
        var (name, period) = ("", 0)
        for member in try object(member) {
            switch member.key {
            case "ref": name = try string(member)
            case "period": period = try integer(member, in: 1...Self.longest)
            case "mode":
                guard try string(member) == "relative" else {
                    throw error(member, "only relative timers are known; leave 'mode' out")
                }
            default: throw unknown(member, "ref, period, mode")
            }
        }
        guard !name.isEmpty, period > 0 else {
            throw error(member, "a timer needs 'ref' and 'period'")
        }
        // rt-app gives each instance its own where the name begins so.
        return .timer(name: name.hasPrefix("unique") ? "\(thread)/\(name)" : name, period: period)
    }

    private func condition(
        _ member: OrderedJSON.Member
    ) throws(RTAppError) -> (reference: String, mutex: String) {
        var (reference, mutex) = ("", "")
        for member in try object(member) {
            switch member.key {
            case "ref": reference = try string(member)
            case "mutex": mutex = try string(member)
            default: throw unknown(member, "ref, mutex")
            }
        }
        guard !reference.isEmpty, !mutex.isEmpty else {
            throw error(member, "'\(member.key)' needs 'ref' and 'mutex'")
        }
        return (reference, mutex)
    }

    /// What fits into nanoseconds with room to spare: eleven days in µs.
    private static let longest = 1_000_000_000_000
}

extension RTAppParser {
    private func policy(_ member: OrderedJSON.Member) throws(RTAppError) -> RTAppFile.Policy {
        let name = try string(member)
        guard let policy = RTAppFile.Policy(rawValue: name) else {
            throw error(
                member,
                "the policy \(name) is not known; SCHED_OTHER, SCHED_IDLE, SCHED_FIFO and "
                    + "SCHED_RR are"
            )
        }
        return policy
    }

    private func cpus(_ member: OrderedJSON.Member) throws(RTAppError) -> [Int] {
        guard case .array(let values) = member.value else {
            throw error(member, "'\(member.key)' is no list of CPUs")
        }
        var cpus: Set<Int> = []
        for value in values {
            guard case .number(let number) = value, let cpu = Int(exactly: number),
                (0..<1024).contains(cpu)
            else { throw error(member, "'\(member.key)' is no list of CPUs") }
            cpus.insert(cpu)
        }
        guard !cpus.isEmpty else { throw error(member, "'\(member.key)' has no CPU") }
        return cpus.sorted()
    }

    private func integer(
        _ member: OrderedJSON.Member,
        in range: ClosedRange<Int>
    ) throws(RTAppError) -> Int {
        guard case .number(let number) = member.value, let integer = Int(exactly: number),
            range.contains(integer)
        else {
            throw error(
                member,
                "'\(member.key)' is no whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return integer
    }

    private func string(_ member: OrderedJSON.Member) throws(RTAppError) -> String {
        guard case .string(let text) = member.value else {
            throw error(member, "'\(member.key)' is no string")
        }
        return text
    }

    private func object(
        _ member: OrderedJSON.Member
    ) throws(RTAppError) -> [OrderedJSON.Member] {
        guard case .object(let members) = member.value else {
            throw error(member, "'\(member.key)' is no object")
        }
        return members
    }

    private func unknown(_ member: OrderedJSON.Member, _ known: String) -> RTAppError {
        error(member, "'\(member.key)' is not known here; these are: \(known)")
    }

    private func error(_ member: OrderedJSON.Member, _ what: String) -> RTAppError {
        RTAppError("\(path):\(member.line): \(what)")
    }
}
