import Glibc
import SchedRecording
import Synchronization
import Testing

@testable import SchedDaemon

/// The recorder on this machine's own kernel, against itself and against what was run.
@Suite(.serialized) struct RecorderTests {
    static let isPossible =
        access("/sys/kernel/btf/vmlinux", R_OK) == 0 && geteuid() == 0

    @Test("on each CPU who leaves is who came, so nobody is missing", .enabled(if: isPossible))
    func chains() async throws {
        let (recording, _) = try await Self.record("yes | head -c 30000000 > /dev/null")
        #expect(recording.counts.isWhole)
        let changes = recording.events.filter { $0.action == .change }
        // Some kernels hide from all tracing when certain tasks leave, and never show them.
        let leavers = Set(changes.map(\.task))
        for cpu in Set(changes.map(\.cpu)) {
            let here = changes.filter { $0.cpu == cpu }
            #expect(
                zip(here, here.dropFirst()).allSatisfy {
                    $0.other == $1.task || !leavers.contains($0.other)
                }
            )
        }
        #expect(recording.events.count { $0.action == .change } > 100)
        #expect(
            zip(recording.events, recording.events.dropFirst()).allSatisfy {
                $0.nanoseconds <= $1.nanoseconds
            }
        )
    }

    @Test("a task that slept is woken before it comes back", .enabled(if: isPossible))
    func wakeUps() async throws {
        let (recording, _) = try await Self.record("yes | head -c 30000000 > /dev/null")
        var asleep: Set<UInt32> = []
        var surprises = 0
        var returns = 0
        for event in recording.events {
            if event.action == .waking {
                asleep.remove(event.task)
            } else {
                if event.manner == .asleep { asleep.insert(event.task) }
                if asleep.remove(event.other) != nil { surprises += 1 }
                returns += 1
            }
        }
        // Two clocks are read on two CPUs: a waking may seem to come after the change it caused.
        #expect(surprises <= returns / 100)
    }

    @Test("it knows who forked and executed what, and how that ended", .enabled(if: isPossible))
    func lives() async throws {
        let (recording, report) = try await Self.record(
            "i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i + 1)); done; exit 3",
            names: true
        )
        #expect(report.end == .command(status: 3))
        func tasks(_ reason: RecordedTask.Reason, _ name: String) -> Set<UInt32> {
            Set(recording.tasks.filter { $0.reason == reason && $0.name == name }.map(\.task))
        }
        let executed = tasks(.executes, "true")
        #expect(executed.count >= 20)
        #expect(executed.subtracting(tasks(.exits, "true")).isEmpty)
        let shells = tasks(.executes, "sh")
        let children = recording.tasks.filter { $0.reason == .forked && shells.contains($0.parent) }
        #expect(executed.isSubset(of: children.map(\.task)))
        #expect(recording.tasks.contains { $0.isRecorder })
        #expect(recording.tasks.contains { $0.isKernelThread && $0.residentBytes == 0 })
        #expect(recording.tasks.contains { !$0.isKernelThread && $0.residentBytes > 1 << 16 })
    }

    @Test("its replay has the command's tasks, whose run times add up", .enabled(if: isPossible))
    func replay() async throws {
        let loop = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done"
        let (recording, _) = try await Self.record("\(loop) & \(loop); wait", names: true)
        let replay = try Replay(recording, path: "x")
        let shells = replay.lives.filter { $0.task.name == "sh" }
        #expect(shells.count == 2)
        #expect(shells.count { $0.isForked } == 1)
        let limit = recording.counts.nanoseconds * UInt64(recording.machine.cpus.count)
        #expect(replay.runNanoseconds <= limit)
        #expect(replay.runNanoseconds > 10_000_000)
        let given = replay.lives.flatMap(\.steps).count {
            if case .give = $0 { true } else { false }
        }
        let taken = replay.lives.flatMap(\.steps).count { $0 == .take }
        #expect(given == taken)
    }

    @Test("a command that cannot be started leaves no file", .enabled(if: isPossible))
    func noCommand() async throws {
        let path = "/tmp/mlsched-recorder-\(getpid())-none.rec"
        var configuration = RecorderConfiguration(path: path)
        configuration.command = ["/nonexistent/program"]
        let service = RecorderService(configuration) { _ in }
        await #expect(throws: (any Error).self) { try await service.run() }
        #expect(access(path, F_OK) != 0)
    }

    /// Records a shell while it runs some words.
    private static func record(
        _ words: String,
        names: Bool = false
    ) async throws -> (SchedRecording.Recording, RecordingReport) {
        let path = "/tmp/mlsched-recorder-\(getpid()).rec"
        defer { unlink(path) }
        var configuration = RecorderConfiguration(path: path)
        configuration.command = ["/bin/sh", "-c", words]
        configuration.keepsNames = names
        configuration.duration = .seconds(20)
        let box = Mutex<RecordingReport?>(nil)
        try await RecorderService(configuration) { report in box.withLock { $0 = report } }.run()
        return (try SchedRecording.Recording(path: path), try #require(box.withLock { $0 }))
    }
}

extension Replay {
    /// The time that all lives use CPUs for, ns.
    fileprivate var runNanoseconds: UInt64 {
        lives.lazy.flatMap(\.steps).reduce(0) { sum, step in
            if case .run(let time) = step { sum + time } else { sum }
        }
    }
}
