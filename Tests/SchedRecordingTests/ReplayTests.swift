import Testing

@testable import SchedRecording

/// What a replay makes of a recording.
@Suite("a replay")
struct ReplayTests {
    @Test("keeps who waits for whom, and what came from outside")
    func dependencies() throws {
        let replay = try Self.replay([
            (0, .change, 0, 10, .ordinary), (100, .change, 10, 0, .asleep),
            (150, .change, 0, 20, .ordinary), (170, .waking, 10, 20, .ordinary),
            (200, .change, 20, 10, .asleep), (260, .waking, 20, 10, .interrupt),
            (300, .change, 10, 20, .dead), (320, .change, 20, 0, .dead),
        ])
        #expect(replay.lives.map(\.task.task) == [10, 20])
        #expect(replay.lives[0].steps == [.run(100), .take, .run(100)])
        #expect(replay.lives[1].steps == [.run(20), .give(0), .run(30), .sleep(60), .run(20)])
    }

    @Test("does not care that a task was preempted or moved")
    func preemption() throws {
        let replay = try Self.replay([
            (0, .change, 0, 10, .ordinary), (100, .change, 10, 20, .ordinary),
            (150, .change, 20, 10, .dead), (180, .change, 10, 0, .dead),
        ])
        #expect(replay.lives[0].steps == [.run(130)])
    }

    @Test("wakes nobody who does not sleep")
    func needless() throws {
        let replay = try Self.replay([
            (0, .change, 0, 10, .ordinary), (10, .change, 10, 20, .ordinary),
            (20, .waking, 10, 20, .ordinary), (30, .change, 20, 10, .dead),
            (40, .change, 10, 0, .dead),
        ])
        #expect(replay.lives[0].steps == [.run(20)])
        #expect(replay.lives[1].steps == [.run(20)])
    }

    @Test("counts no time for a task of which the kernel hides when it leaves")
    func hidden() throws {
        let replay = try Self.replay([
            (0, .change, 0, 10, .ordinary), (100, .change, 10, 30, .asleep),
            (400, .change, 20, 0, .dead), (450, .waking, 10, 20, .interrupt),
            (500, .change, 0, 10, .ordinary), (520, .change, 10, 0, .dead),
        ])
        #expect(replay.lives[0].steps == [.run(100), .sleep(350), .run(20)])
        #expect(replay.lives[1...].allSatisfy { $0.steps.isEmpty })
    }

    @Test("begins a child where its parent forked it, and another life where an id comes again")
    func forks() throws {
        var (child, again) = (RecordedTask(task: 20), RecordedTask(task: 20))
        (child.nanoseconds, child.reason, child.parent, child.weight) = (40, .forked, 10, 512)
        (again.nanoseconds, again.reason, again.parent) = (140, .forked, 10)
        let replay = try Self.replay(
            [
                (0, .change, 0, 10, .ordinary), (100, .change, 10, 20, .ordinary),
                (110, .change, 20, 10, .dead), (150, .change, 10, 20, .dead),
                (165, .change, 20, 0, .dead),
            ],
            tasks: [child, again]
        )
        #expect(replay.lives.count == 3)
        #expect(replay.lives[0].steps == [.run(40), .fork(1), .run(90), .fork(2), .run(10)])
        #expect(replay.lives[1].steps == [.run(10)])
        #expect(replay.lives[1].isForked && replay.lives[1].task.weight == 512)
        #expect(replay.lives[2].steps == [.run(15)])
    }

    @Test("has nothing of the recorder, but the command that it ran")
    func recorder() throws {
        var (own, thread, command) = (
            RecordedTask(task: 10), RecordedTask(task: 11), RecordedTask(task: 20)
        )
        own.isRecorder = true
        (thread.reason, thread.parent, thread.process) = (.forked, 10, 10)
        (command.reason, command.parent, command.process) = (.forked, 10, 20)
        let replay = try Self.replay(
            [
                (0, .change, 0, 10, .ordinary), (10, .change, 10, 11, .asleep),
                (20, .change, 11, 20, .asleep), (50, .change, 20, 0, .asleep),
                (60, .waking, 20, 10, .ordinary), (70, .change, 0, 20, .ordinary),
                (75, .change, 20, 0, .dead),
            ],
            tasks: [own, thread, command]
        )
        #expect(replay.lives.map(\.task.task) == [20])
        // Whom the recorder wakes waits for something from outside.
        #expect(replay.lives[0].steps == [.run(30), .sleep(10), .run(5)])
    }

    @Test("lets who could go everywhere go everywhere, and keeps who could not")
    func affinity() throws {
        var (free, bound) = (RecordedTask(task: 10), RecordedTask(task: 20))
        (free.allowedCPUs, bound.allowedCPUs) = ([0, 1, 2], [2])
        let replay = try Self.replay(
            [
                (0, .change, 0, 10, .ordinary), (10, .change, 10, 20, .dead),
                (20, .change, 20, 0, .dead),
            ],
            tasks: [free, bound]
        )
        #expect(replay.lives.map(\.task.allowedCPUs) == [[], [2]])
    }

    @Test("of a recording with holes, or with nobody in it, is refused")
    func refused() {
        #expect(throws: RecordingError.self) { try Self.replay([], dropped: 0) }
        #expect(throws: RecordingError.self) {
            try Self.replay([(0, .change, 0, 1, .ordinary), (9, .change, 1, 0, .dead)], dropped: 1)
        }
    }

    private typealias Row = (
        UInt64, RecordedEvent.Action, UInt32, UInt32, RecordedEvent.Manner
    )

    private static func replay(
        _ rows: [Row],
        tasks: [RecordedTask] = [],
        dropped: UInt64 = 0
    ) throws -> Replay {
        var counts = RecordingCounts()
        counts.dropped = dropped
        counts.nanoseconds = 1000
        let recording = Recording(
            machine: Sample.machine,
            hasNames: false,
            tasks: tasks,
            events: rows.map { time, action, task, other, manner in
                RecordedEvent(
                    nanoseconds: time,
                    cpu: 0,
                    action: action,
                    task: task,
                    other: other,
                    manner: manner
                )
            },
            counts: counts
        )
        return try Replay(recording, path: "x.rec")
    }
}
