extension BuiltInWorkload {
    static func spinners(on machine: SimMachine, count: Int) -> SimWorkload {
        var task = SimTask(
            "spinner",
            count: count,
            [
                .run(.constant(.milliseconds(200))), .affinity(nil),
                .run(.constant(.milliseconds(100))), .done, .repeat(from: 2, times: nil),
            ]
        )
        task.mask = 0
        task.footprint = .logUniform(64 << 10, 4 << 20)
        var load = SimWorkload("spinners", [task])
        load.masks = [machine.cpus(ofDomain: 0)]
        return load
    }

    static func pairs(count: Int) -> SimWorkload {
        let work = SimDraw.exponential(mean: .microseconds(20), most: .milliseconds(1))
        var caller = SimTask(
            "caller",
            count: count,
            [.run(work), .put(0), .get(1), .done, .repeat(from: 0, times: nil)]
        )
        var answerer = SimTask(
            "answerer",
            count: count,
            [.get(0), .run(work), .put(1), .repeat(from: 0, times: nil)]
        )
        caller.channelStride = 2
        answerer.channelStride = 2
        caller.footprint = .constant(64 << 10)
        answerer.footprint = .constant(64 << 10)
        var load = SimWorkload("pairs", [caller, answerer])
        load.channels = Array(repeating: .init(), count: 2 * count)
        return load
    }

    static func groups(count: Int, size: Int = 10) -> SimWorkload {
        let work = SimDraw.uniform(1200, 2000)
        let tasks = (0..<count).flatMap { group -> [SimTask] in
            let first = group * size
            var sender = SimTask(
                "sender",
                count: size,
                (0..<size).flatMap { [.run(work), .put(first + $0)] }
                    + [.repeat(from: 0, times: nil)]
            )
            var receiver = SimTask(
                "receiver",
                count: size,
                [.get(first), .run(work), .done, .repeat(from: 0, times: nil)]
            )
            receiver.channelStride = 1
            (sender.cpu, receiver.cpu) = (group * 2, group * 2 + 1)
            sender.footprint = .constant(64 << 10)
            receiver.footprint = .constant(64 << 10)
            return [sender, receiver]
        }
        var load = SimWorkload("groups", tasks)
        load.channels = Array(repeating: .init(capacity: 100), count: count * size)
        return load
    }

    static func build(jobs: Int) -> SimWorkload {
        let make = SimTask(
            "make",
            [
                .fork(1), .run(.uniform(.microseconds(300), .microseconds(500))),
                .join(atMost: jobs - 1), .repeat(from: 0, times: nil),
            ]
        )
        var job = SimTask(
            "job",
            count: 0,
            [
                .run(.constant(.milliseconds(1))),
                .run(.exponential(mean: .milliseconds(8), most: .milliseconds(100))),
                .branch(to: 6, cases: 170), .branch(to: 1, cases: 800),
                .sleep(.exponential(mean: .microseconds(200))), .branch(to: 1, cases: 1024),
                .done, .exit,
            ]
        )
        job.footprint = .logUniform(512 << 10, 16 << 20)
        return SimWorkload("build", [make, job])
    }

    static func messengers(count: Int) -> SimWorkload {
        var messenger = SimTask(
            "messenger",
            count: count,
            [
                .sleep(.exponential(mean: .milliseconds(4))), .broadcast(0),
                .run(.constant(.microseconds(5))), .repeat(from: 0, times: nil),
            ]
        )
        messenger.channelStride = 1
        let workers = (0..<count).map { index in
            var worker = SimTask(
                "worker",
                count: 8,
                [
                    .wait(index), .run(.exponential(mean: .milliseconds(2))), .done,
                    .repeat(from: 0, times: nil),
                ]
            )
            worker.cpu = index * 4
            worker.footprint = .constant(256 << 10)
            return worker
        }
        var load = SimWorkload("messengers", [messenger] + workers)
        load.channels = Array(repeating: .init(), count: count)
        return load
    }

    static func web(cpus: Int) -> SimWorkload {
        var request = SimTask(
            "request",
            count: cpus * 4,
            [
                .sleep(.exponential(mean: .milliseconds(4))),
                .run(.exponential(mean: .microseconds(600), most: .milliseconds(20))), .done,
                .repeat(from: 0, times: nil),
            ]
        )
        request.footprint = .logUniform(64 << 10, 2 << 20)
        var busy = SimTask(
            "busy",
            count: max(1, cpus / 4),
            [.run(.constant(.milliseconds(100))), .repeat(from: 0, times: nil)]
        )
        busy.footprint = .constant(4 << 20)
        let noise = (0..<cpus).flatMap { cpu -> [SimTask] in
            var worker = SimTask(
                "kworker",
                [
                    .sleep(.exponential(mean: .milliseconds(20))),
                    .run(.uniform(.microseconds(5), .microseconds(50))),
                    .repeat(from: 0, times: nil),
                ]
            )
            worker.isKernelThread = true
            var interrupt = worker
            interrupt.name = "interrupt"
            interrupt.isHigher = true
            interrupt.program[0] = .sleep(.exponential(mean: .milliseconds(3)))
            (worker.cpu, interrupt.cpu) = (cpu, cpu)
            (worker.mask, interrupt.mask) = (cpu, cpu)
            return [worker, interrupt]
        }
        var load = SimWorkload("web", [request, busy] + noise)
        load.masks = (0..<cpus).map { [$0] }
        return load
    }

    static func realtime(cpus: Int) -> SimWorkload {
        var busy = SimTask(
            "busy",
            count: cpus,
            [.run(.constant(.milliseconds(50))), .done, .repeat(from: 0, times: nil)]
        )
        busy.footprint = .logUniform(64 << 10, 4 << 20)
        var hog = SimTask(
            "hog",
            count: max(1, cpus / 8),
            [
                .sleep(.uniform(.milliseconds(20), .milliseconds(200))),
                .run(.uniform(.milliseconds(10), .milliseconds(100))),
                .repeat(from: 0, times: nil),
            ]
        )
        hog.isHigher = true
        hog.stride = 8
        return SimWorkload("realtime", [busy, hog])
    }

    static func phases(cpus: Int) -> SimWorkload {
        var task = SimTask(
            "phased",
            count: cpus * 3 / 2 + 1,
            [
                .run(.exponential(mean: .milliseconds(5))), .done,
                .repeat(from: 0, times: 200),
                .sleep(.exponential(mean: .milliseconds(1))),
                .run(.exponential(mean: .microseconds(200))), .done,
                .repeat(from: 3, times: 800), .repeat(from: 0, times: nil),
            ]
        )
        task.footprint = .logUniform(64 << 10, 8 << 20)
        task.start = .uniform(0, .milliseconds(1000))
        return SimWorkload("phases", [task])
    }

    static func mix(count: Int) -> SimWorkload {
        let tasks = [UInt64(100), 1000, 10_000].map { microseconds in
            var task = SimTask(
                "mix-\(microseconds)",
                count: max(1, count / 3),
                [
                    .sleep(.exponential(mean: .milliseconds(50))),
                    .run(.exponential(mean: .microseconds(microseconds))),
                    .sleep(.exponential(mean: .microseconds(microseconds / 3 + 20))), .done,
                    .branch(to: 1, cases: 970), .repeat(from: 0, times: nil),
                ]
            )
            task.footprint = .logUniform(64 << 10, 32 << 20)
            return task
        }
        return SimWorkload("mix", tasks)
    }
}
