import Glibc
import ModelTestSupport
import Testing

@testable import SchedRecording

/// Recordings as files: what is written is what is read, and nothing else is believed.
@Suite("a recording's file")
struct RecordingFileTests {
    @Test("comes back as it was written, in the order of time")
    func roundTrip() throws {
        let bytes = try Sample.bytes(keepsNames: true)
        let recording = try Recording(bytes: bytes, path: "x")
        #expect(recording.machine == Sample.machine)
        #expect(recording.hasNames)
        #expect(recording.tasks == [Sample.task(at: 5)])
        #expect(recording.events == Sample.events(startingAt: 0))
        #expect(recording.counts.switches == 3)
        #expect(recording.counts.wakeUps == 1)
        #expect(recording.counts.nanoseconds == 1_000_000)
        #expect(recording.counts.bytes == bytes.count)
        #expect(recording.counts.isWhole)
    }

    @Test("has no name of any task unless it was asked for")
    func names() throws {
        let bytes = try Sample.bytes(keepsNames: false)
        let recording = try Recording(bytes: bytes, path: "x")
        #expect(recording.tasks.map(\.name) == [""])
        #expect(recording.tasks.map(\.nameHash) == [Sample.task(at: 5).nameHash])
        let text = Array(Sample.task(at: 5).name.utf8)
        #expect(!(0..<bytes.count - text.count).contains { bytes[$0...].starts(with: text) })
    }

    @Test("says how much was lost, and then is not whole")
    func dropped() throws {
        let recording = try Recording(bytes: Sample.bytes(dropped: 7), path: "x")
        #expect(recording.counts.dropped == 7)
        #expect(!recording.counts.isWhole)
    }

    @Test("is refused in one sentence wherever it is cut")
    func cut() throws {
        let bytes = try Sample.bytes()
        for length in 0..<bytes.count {
            let error = #expect(throws: RecordingError.self) {
                try Recording(bytes: Array(bytes[..<length]), path: "x.rec")
            }
            let sentence = try #require(error).description
            #expect(sentence.hasPrefix("x.rec "))
            #expect(!sentence.contains("\n"))
            if length >= 12 { #expect(sentence.contains("the recording was cut")) }
        }
    }

    @Test("is refused whatever single byte of it is another one")
    func flipped() throws {
        let bytes = try Sample.bytes()
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(throws: RecordingError.self) { try Recording(bytes: damaged, path: "x") }
            }
        }
    }

    @Test("of random bytes behind a right beginning never does harm")
    func random() throws {
        var generator = SplitMix64(seed: 9)
        let head = try Array(Sample.bytes()[..<12])
        for _ in 0..<20_000 {
            let length = Int.random(in: 0..<200, using: &generator)
            let tail = (0..<length).map { _ in UInt8.random(in: 0...6, using: &generator) }
            #expect(throws: RecordingError.self) { try Recording(bytes: head + tail, path: "x") }
        }
    }

    @Test("with something behind its end is refused")
    func tail() throws {
        let bytes = try Sample.bytes() + [0]
        #expect(
            throws: RecordingError.damaged("x", "something follows its end", at: bytes.count - 1)
        ) {
            try Recording(bytes: bytes, path: "x")
        }
    }

    @Test("of another version says so")
    func version() throws {
        var bytes = try Sample.bytes()
        bytes[8] = 2
        let error = #expect(throws: RecordingError.self) {
            try Recording(bytes: bytes, path: "x")
        }
        #expect(try #require(error).description.contains("version 2 of the format, not 1"))
    }

    @Test("does not take its name before it is whole, nor leave anything behind")
    func atomic() throws {
        let folder = try Sample.folder()
        defer { rmdir(folder) }
        let path = "\(folder)/x.rec"
        do {
            var writer = try RecordingWriter(
                path: path,
                machine: Sample.machine,
                start: 0,
                keepsNames: false
            )
            try writer.append(Sample.task(at: 1))
            #expect(access(path, F_OK) != 0)
        }
        #expect(rmdir(folder) == 0, "an unfinished recording leaves no file")
    }

    @Test("that is no recording, no file or no plain file is refused")
    func others() throws {
        for path in ["/dev/null", "/tmp", "/nonexistent.rec", "/proc/self/status"] {
            let error = #expect(throws: RecordingError.self) { try Recording(path: path) }
            #expect(try #require(error).description.hasPrefix("\(path) "))
        }
    }
}

/// A small recording.
enum Sample {
    static let machine = MachineShape(
        architecture: "x86_64",
        kernel: "6.18.0",
        processor: "A processor",
        cpus: [
            MachineShape.CPU(id: 0, core: 0, cache: 0, node: 0),
            MachineShape.CPU(id: 2, core: 2, cache: 0, node: 0),
        ]
    )

    static func task(at time: UInt64) -> RecordedTask {
        var task = RecordedTask(task: 70_000, nanoseconds: time, reason: .forked)
        task.process = 69_999
        task.parent = 1
        task.weight = 15
        task.policy = 3
        task.residentBytes = 5 << 30
        task.isKernelThread = true
        task.isRunnable = true
        task.allowedCPUs = [0, 2]
        task.nameHash = .max
        task.name = "secret"
        return task
    }

    static func events(startingAt start: UInt64) -> [RecordedEvent] {
        [
            event(start + 10, 0, .change, 0, 70_000, .ordinary),
            event(start + 20, 2, .change, 4, 0, .dead),
            event(start + 900, 0, .waking, 12, 70_000, .interrupt),
            event(start + 901, 0, .change, 70_000, 12, .asleep),
        ]
    }

    static func bytes(keepsNames: Bool = false, dropped: UInt64 = 0) throws -> [UInt8] {
        let folder = try folder()
        let path = "\(folder)/sample.rec"
        defer {
            unlink(path)
            rmdir(folder)
        }
        let start: UInt64 = 77_000_000_000
        var writer = try RecordingWriter(
            path: path,
            machine: machine,
            start: start,
            keepsNames: keepsNames
        )
        try writer.append(task(at: start + 5))
        for cpu: UInt16 in [2, 0] {
            try writer.append(events(startingAt: start).filter { $0.cpu == cpu }, cpu: cpu)
        }
        try writer.finish(end: start + 1_000_000, dropped: dropped)
        return try contents(of: path)
    }

    static func folder() throws -> String {
        var template = Array("/tmp/mlsched-recording-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func contents(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private static func event(
        _ time: UInt64,
        _ cpu: UInt16,
        _ action: RecordedEvent.Action,
        _ task: UInt32,
        _ other: UInt32,
        _ manner: RecordedEvent.Manner
    ) -> RecordedEvent {
        RecordedEvent(
            nanoseconds: time,
            cpu: cpu,
            action: action,
            task: task,
            other: other,
            manner: manner
        )
    }
}
