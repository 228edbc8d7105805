public import SchedRecording

extension SimWorkload {
    /// The same workload as rt-app would run it.
    ///
    /// `run` and `runtime` are both time of a CPU of full capacity: that of the machine on which rt-app
    /// was calibrated. Tasks of real-time policies run before all others, in no order among
    /// themselves.
    ///
    /// - Parameters:
    ///   - file: what was read.
    ///   - name: how reports call it.
    ///   - cpus: CPUs of the machine to be simulated.
    /// - Throws: `RTAppError` when it names a CPU that the machine lacks.
    public init(_ file: RTAppFile, name: String, cpus: Int) throws(RTAppError) {
        var builder = RTAppBuilder(file, name: name, cpus: cpus)
        self = try builder.workload()
    }
}

/// Makes steps of events.
struct RTAppBuilder {
    private let file: RTAppFile
    private let name: String
    private let cpus: Int
    private var channels: [String: Int] = [:]
    private var result: SimWorkload

    init(_ file: RTAppFile, name: String, cpus: Int) {
        self.file = file
        self.name = name
        self.cpus = cpus
        result = SimWorkload(name, [])
    }

    /// The whole.
    mutating func workload() throws(RTAppError) -> SimWorkload {
        for thread in file.threads {
            let task = try task(thread)
            result.tasks.append(task)
        }
        return result
    }

    private mutating func task(_ thread: RTAppFile.Thread) throws(RTAppError) -> SimTask {
        var program: [SimStep] = []
        for phase in thread.phases {
            if let cpus = phase.cpus { program.append(.affinity(try mask(cpus, of: thread))) }
            let start = program.count
            for event in phase.events { program += steps(event) }
            if phase.loops > 1, program.count > start {
                program.append(.repeat(from: start, times: phase.loops))
            }
        }
        program.append(.done)
        if thread.loops != 1 { program.append(.repeat(from: 0, times: thread.loops)) }
        if thread.loops != nil { program.append(.exit) }
        var task = SimTask(
            thread.name,
            count: thread.instances,
            thread.loops == 0 ? [.exit] : program
        )
        task.weight = thread.weight
        task.isHigher = thread.policy == .fifo || thread.policy == .roundRobin
        task.start = .constant(UInt64(thread.delay) * 1000)
        task.footprint = thread.footprint.map { .constant(UInt64($0)) } ?? Self.footprint
        if !thread.cpus.isEmpty {
            task.mask = try mask(thread.cpus, of: thread)
            task.cpu = thread.cpus[0]
            task.stride = 0
        }
        return task
    }

    private mutating func steps(_ event: RTAppFile.Event) -> [SimStep] {
        switch event {
        case .run(let time): return [.run(.constant(UInt64(time) * 1000))]
        case .sleep(let time): return [.sleep(.constant(UInt64(time) * 1000))]
        case .timer(_, let period): return [.period(UInt64(period) * 1000)]
        case .lock(let name): return [.get(mutex(name))]
        case .unlock(let name): return [.put(mutex(name))]
        case .signal(let name): return [.signal(channel("condition \(name)"))]
        case .broadcast(let name): return [.broadcast(channel("condition \(name)"))]
        case .wait(let name, let lock):
            // Nothing happens between two steps that take no time.
            return [.put(mutex(lock)), .wait(channel("condition \(name)")), .get(mutex(lock))]
        case .suspend(let name): return [.wait(channel("thread \(name)"))]
        case .resume(let name): return [.broadcast(channel("thread \(name)"))]
        case .yield: return [.yield]
        case .fork(let name): return [.fork(file.threads.firstIndex { $0.name == name } ?? 0)]
        }
    }

    private mutating func mutex(_ name: String) -> Int { channel("mutex \(name)", initial: 1) }

    private mutating func channel(_ key: String, initial: Int = 0) -> Int {
        if let index = channels[key] { return index }
        result.channels.append(Channel(initial: initial, capacity: 1))
        channels[key] = result.channels.count - 1
        return result.channels.count - 1
    }

    private mutating func mask(
        _ wanted: [Int],
        of thread: RTAppFile.Thread
    ) throws(RTAppError) -> Int {
        if let missing = wanted.first(where: { $0 >= cpus }) {
            throw RTAppError(
                "\(name): the task '\(thread.name)' may use CPU \(missing), and the machine has "
                    + "\(cpus): give --cpus \(missing + 1) or more"
            )
        }
        if let index = result.masks.firstIndex(of: wanted) { return index }
        result.masks.append(wanted)
        return result.masks.count - 1
    }

    private typealias Channel = SimWorkload.Channel

    /// Where the file does not tell: any size up to a core's caches and some, as likely as its double.
    static let footprint = SimDraw.logUniform(16 << 10, 4 << 20)
}

extension RTAppFile.Thread {
    /// The share of CPU time of its nice value; nice 0 is 100, as the kernel tells sched_ext.
    fileprivate var weight: Int {
        switch policy {
        case .idle: 1
        case .other: Self.weight(nice: priority)
        case .fifo, .roundRobin: 100
        }
    }

    private static func weight(nice: Int) -> Int {
        let row = weights[min(max(nice + 20, 0), weights.count - 1)]
        return max(1, (row * 100 + 512) / 1024)
    }

    /// kernel/sched/core.c: `sched_prio_to_weight`, from nice -20 to 19.
    private static let weights = [
        88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100,
        4904, 3906, 3121, 2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172,
        137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
    ]
}
