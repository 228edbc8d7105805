/// Makes random machines and workloads.
struct FuzzMaker {
    var random: SplitMix64
    let options: FuzzOptions
    /// Lengths of runs and sleeps of this case, ns.
    private let run: UInt64
    private let sleep: UInt64

    init(seed: UInt64, options: FuzzOptions) {
        random = SplitMix64(seed: seed &* 77_777 &+ 1)
        self.options = options
        run = Self.spread(&random, from: 10_000, to: 20_000_000)
        sleep = Self.spread(&random, from: 10_000, to: 50_000_000)
    }

    mutating func machine() throws(SimError) -> SimMachine {
        let smt = 1 + random.below(2)
        var llcs = 1 + random.below(4)
        let coresEach = 1 + random.below(max(1, options.mostCPUs / (2 * llcs)))
        if smt * coresEach * llcs > options.mostCPUs { llcs = 1 }
        var machine = try SimMachine(cpus: smt * coresEach * llcs, llcs: llcs, smt: smt)
        machine.costs.effects = random.oneIn(2) ? .all : []
        machine.tickNanoseconds = random.oneIn(2) ? 4_000_000 : 1_000_000
        machine.hasStaleIdleMasks = options.hazards.contains(.staleMasks) && random.oneIn(4)
        return machine
    }

    mutating func workload(on machine: SimMachine) -> SimWorkload {
        let cpus = machine.cpus.count
        var load = SimWorkload("fuzz", [])
        load.masks = (0..<8).map { _ in mask(machine) }
        load.channels = Array(repeating: .init(capacity: 1 + random.below(4)), count: 4)
        let groups = 1 + random.below(3 * cpus)
        load.tasks = (0..<groups).map { _ in task(cpus, masks: load.masks.count) }
        load.tasks.append(child(masks: load.masks.count))
        addForks(to: &load)
        if options.hazards.contains(.realtime), random.oneIn(3) { addHigher(to: &load, cpus) }
        load.changes = changes(tasks: groups, masks: load.masks.count)
        if options.hazards.contains(.hotplug), random.oneIn(4) { addHotplug(to: &load, cpus) }
        if options.hazards.contains(.groups), random.oneIn(3) { addGroups(to: &load) }
        return load
    }

    private mutating func mask(_ machine: SimMachine) -> [Int] {
        let cpus = machine.cpus.count
        switch random.below(4) {
        case 0: return [random.below(cpus)]
        case 1: return machine.cpus(ofDomain: random.below(machine.domainCount))
        default:
            let some = (0..<cpus).filter { _ in random.oneIn(2) }
            return some.isEmpty ? [random.below(cpus)] : some
        }
    }

    private mutating func task(_ cpus: Int, masks: Int) -> SimTask {
        let spins = random.oneIn(4)
        var task = SimTask(
            spins ? "spinner" : "worker",
            spins
                ? [
                    .run(.exponential(mean: .milliseconds(100))),
                    .repeat(from: 0, times: nil),
                ] : program()
        )
        task.weight = weight()
        task.mask = random.oneIn(2) ? random.below(masks) : nil
        task.cpu = random.below(cpus)
        return task
    }

    /// Light and ordinary weights mostly, heavy ones now and then.
    private mutating func weight() -> Int { 1 + random.below(random.oneIn(4) ? 10_000 : 200) }

    private mutating func program() -> [SimStep] {
        var steps = (0..<3 + random.below(6)).flatMap { _ in step() }
        steps.append(.run(.exponential(mean: run)))
        steps.append(.repeat(from: 0, times: nil))
        return steps
    }

    private mutating func step() -> [SimStep] {
        switch random.below(9) {
        case 0: return [.wakeAny]
        case 1, 2: return [.sleep(.exponential(mean: sleep))]
        case 3: return [.yield]
        case 4 where options.hazards.contains(.pinning):
            return [.pin(true), .run(.exponential(mean: run)), .pin(false)]
        case 5: return [.period(Self.spread(&random, from: 100_000, to: 50_000_000))]
        default: return [.run(.exponential(mean: run))]
        }
    }

    /// What forks make: a short life.
    private mutating func child(masks: Int) -> SimTask {
        var task = SimTask(
            "child",
            count: 0,
            [
                .run(.exponential(mean: run)), .sleep(.exponential(mean: sleep)),
                .run(.exponential(mean: run)), .exit,
            ]
        )
        task.weight = weight()
        task.mask = random.oneIn(2) ? random.below(masks) : nil
        return task
    }

    private mutating func addForks(to load: inout SimWorkload) {
        let child = load.tasks.count - 1
        for index in load.tasks.indices where load.tasks[index].name == "worker" {
            guard random.oneIn(4) else { continue }
            load.tasks[index].program.insert(
                contentsOf: [.join(atMost: 3), .fork(child)],
                at: 0
            )
        }
    }

    private mutating func addHigher(to load: inout SimWorkload, _ cpus: Int) {
        for _ in 0..<1 + random.below(max(1, cpus / 2)) {
            let busy = Self.spread(&random, from: 100_000, to: 300_000_000)
            var task = SimTask(
                "hog",
                [
                    .sleep(.exponential(mean: busy * 2)), .run(.exponential(mean: busy)),
                    .repeat(from: 0, times: nil),
                ]
            )
            task.isHigher = true
            task.cpu = random.below(cpus)
            load.tasks.append(task)
        }
    }

    private mutating func changes(tasks: Int, masks: Int) -> [SimChange] {
        guard !options.hazards.isDisjoint(with: [.weights, .affinities]), !random.oneIn(3) else {
            return []
        }
        let every = Self.spread(&random, from: 1_000_000, to: 600_000_000)
        return (0..<1 + random.below(2 * tasks)).compactMap { _ in
            let task = random.below(tasks)
            let weighs = random.oneIn(2)
            let kind: SimChange.Kind =
                weighs
                ? .weight(task: task, weight())
                : .affinity(task: task, random.oneIn(4) ? nil : random.below(masks))
            guard options.hazards.contains(weighs ? .weights : .affinities) else { return nil }
            return SimChange(
                kind,
                at: random.next() % options.nanoseconds,
                every: random.oneIn(2) ? every + random.next() % every : 0
            )
        }
    }

    private mutating func addHotplug(to load: inout SimWorkload, _ cpus: Int) {
        for _ in 0..<1 + random.below(4) {
            let cpu = random.below(cpus)
            let at = random.next() % options.nanoseconds
            let away = Self.spread(&random, from: 10_000_000, to: 1_000_000_000)
            load.changes.append(SimChange(.stop(cpu: cpu), at: at))
            load.changes.append(SimChange(.start(cpu: cpu), at: at + away))
        }
    }

    /// Puts tasks into a random hierarchy of groups; some change their group, some groups their weight.
    private mutating func addGroups(to load: inout SimWorkload) {
        let count = 1 + random.below(6)
        load.groups = (0..<count).map { index in
            .init(in: index > 0 && random.oneIn(2) ? random.below(index) : nil, weight: weight())
        }
        for index in load.tasks.indices where !random.oneIn(4) {
            load.tasks[index].group = random.below(count)
        }
        for _ in 0..<random.below(8) {
            let kind: SimChange.Kind =
                random.oneIn(2)
                ? .share(group: random.below(count), weight())
                : .group(
                    task: random.below(load.tasks.count),
                    random.oneIn(4) ? nil : random.below(count)
                )
            load.changes.append(
                SimChange(
                    kind,
                    at: random.next() % options.nanoseconds,
                    every: Self.spread(&random, from: 1_000_000, to: 600_000_000)
                )
            )
        }
    }

    /// Any number between two, each order of magnitude as likely.
    private static func spread(
        _ random: inout SplitMix64,
        from low: UInt64,
        to high: UInt64
    ) -> UInt64 {
        var bound = low
        var steps = 0
        while bound < high {
            bound *= 2
            steps += 1
        }
        let base = low << UInt64(random.below(max(1, steps)))
        return min(high, base + random.next() % base)
    }
}
