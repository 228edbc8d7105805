import CMLSchedABI
import SchedRecording
import Testing

@testable import SchedDaemon

@Suite struct RecordedPieceTests {
    private static let headBytes = 16

    /// A batch as the kernel writes it: its head, and room for all events that fit.
    private static func batch(
        type: UInt16 = UInt16(MLS_RECORD_BATCH.rawValue),
        cpu: UInt16 = 3,
        count: UInt32? = nil,
        dropped: UInt64 = 0,
        _ events: [(time: UInt64, pid: UInt32, other: UInt32)] = []
    ) -> [UInt8] {
        var bytes = word(type) + word(cpu) + word(count ?? UInt32(events.count)) + word(dropped)
        for event in events { bytes += word(event.time) + word(event.pid) + word(event.other) }
        return bytes + Array(repeating: 0, count: 4096 - bytes.count)
    }

    /// A number as the machine keeps it.
    private static func word(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }

    private static func events(of bytes: [UInt8]) -> [RecordedEvent]? {
        let piece = bytes.withUnsafeBytes { RecordedPiece($0) }
        guard case .events(let events, _) = piece else { return nil }
        return events
    }

    private static func task(_ change: (inout mls_task_record) -> Void) -> RecordedTask? {
        var record = mls_task_record()
        record.type = UInt16(MLS_RECORD_TASK.rawValue)
        change(&record)
        let piece = withUnsafeBytes(of: record) { RecordedPiece($0) }
        guard case .task(let task) = piece else { return nil }
        return task
    }

    @Test("an event's ids and kinds come apart, to the largest of each")
    func events() throws {
        let events = try #require(
            Self.events(
                of: Self.batch([
                    (1, 1 << 24 | 7, 0), (2, 2 << 24 | 0x3F_FFFF, 1 << 24 | 9),
                    (.max, 1 << 24 | 0xFF_FFFF, 4 << 24 | 0xFF_FFFF),
                ])
            )
        )
        #expect(
            events == [
                RecordedEvent(
                    nanoseconds: 1,
                    cpu: 3,
                    action: .change,
                    task: 7,
                    other: 0,
                    manner: .ordinary
                ),
                RecordedEvent(
                    nanoseconds: 2,
                    cpu: 3,
                    action: .waking,
                    task: 0x3F_FFFF,
                    other: 9,
                    manner: .interrupt
                ),
                RecordedEvent(
                    nanoseconds: .max,
                    cpu: 3,
                    action: .change,
                    task: 0xFF_FFFF,
                    other: 0xFF_FFFF,
                    manner: .stopped
                ),
            ]
        )
    }

    @Test(
        "events of a kind that is not known are left out, and the others stay",
        arguments: [0, 3, 255] as [UInt32],
        [0, 5, 255] as [UInt32]
    )
    func unknownEvents(action: UInt32, manner: UInt32) {
        let bytes = Self.batch([
            (1, action << 24 | 7, 0), (2, 1 << 24 | 8, 0), (3, 1 << 24 | 9, manner << 24),
        ])
        let tasks = Self.events(of: bytes)?.map(\.task)
        #expect(tasks == (manner == 0 ? [8, 9] : [8]))
    }

    @Test(
        "a count that is none, or more than fits, is no batch",
        arguments: [0, 256, 257, .max] as [UInt32]
    )
    func counts(count: UInt32) {
        #expect(Self.events(of: Self.batch(count: count)) == nil)
    }

    @Test("a full batch has all its events")
    func full() throws {
        let all = (0..<255).map { (time: UInt64($0), pid: UInt32(1 << 24 | $0), other: UInt32(0)) }
        let events = try #require(Self.events(of: Self.batch(all)))
        #expect(events.map(\.nanoseconds) == (0..<255).map(UInt64.init))
    }

    @Test("a record cut short is none, wherever it is cut")
    func truncated() {
        let batch = Self.batch([(1, 1 << 24 | 7, 0)])
        var task = Self.word(UInt16(MLS_RECORD_TASK.rawValue))
        task += Array(repeating: 0, count: MemoryLayout<mls_task_record>.size - 2)
        for whole in [batch, task] {
            for length in [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, whole.count - 1] {
                let piece = Array(whole[..<length]).withUnsafeBytes { RecordedPiece($0) }
                #expect(piece == nil, "\(length) bytes")
            }
            #expect(whole.withUnsafeBytes { RecordedPiece($0) } != nil)
        }
    }

    @Test("a record of another type is none", arguments: [0, 3, 0xFFFF] as [UInt16])
    func types(type: UInt16) {
        #expect(Self.events(of: Self.batch(type: type, [(1, 1 << 24, 0)])) == nil)
    }

    @Test("what a batch says its CPU has lost is read though it holds nothing")
    func dropped() {
        let bytes = Self.batch(dropped: 1 << 40)
        #expect(bytes.withUnsafeBytes { RecordedPiece.dropped(in: $0) } == 1 << 40)
    }

    @Test("a task has all that the kernel says of it")
    func task() throws {
        let task = try #require(
            Self.task { record in
                record.reason = UInt16(MLS_TASK_EXITS.rawValue)
                (record.pid, record.process, record.parent) = (12, 11, 1)
                (record.time_ns, record.weight, record.policy) = (99, 15, 5)
                (record.resident_bytes, record.is_runnable) = (1 << 33, 1)
                withUnsafeMutableBytes(of: &record.name) { $0.copyBytes(from: "worker".utf8) }
            }
        )
        #expect(task.task == 12 && task.process == 11 && task.parent == 1)
        #expect(task.nanoseconds == 99 && task.weight == 15 && task.policy == 5)
        #expect(task.residentBytes == 1 << 33 && task.reason == .exits && task.name == "worker")
        #expect(task.isRunnable && !task.isKernelThread && !task.isRecorder)
        #expect(task.allowedCPUs.isEmpty)
    }

    @Test("CPUs that a task may use are its bits, from the first to the last of 1,024")
    func allowed() throws {
        let task = try #require(
            Self.task { record in
                withUnsafeMutableBytes(of: &record.allowed) { raw in
                    let words = raw.bindMemory(to: UInt64.self)
                    (words[0], words[1], words[15]) = (1 | 1 << 63, 1, 1 << 63)
                }
            }
        )
        #expect(task.allowedCPUs == [0, 63, 64, 1023])
    }

    @Test("a reason that is not known counts as being there", arguments: [0, 5, 256, 257, 65535])
    func reasons(reason: Int) {
        #expect(Self.task { $0.reason = UInt16(reason) }?.reason == .present)
    }

    @Test("equal names have equal hashes, others have others")
    func hashes() throws {
        func hash(_ name: String) -> UInt64? {
            Self.task { record in
                withUnsafeMutableBytes(of: &record.name) { $0.copyBytes(from: name.utf8) }
            }?.nameHash
        }
        #expect(hash("a") == hash("a") && hash("a") != hash("b"))
        #expect(hash("0123456789abcdef") != hash("0123456789abcde"))
    }

    @Test(
        "of a piece only what happened up to an end is kept, and nothing of one that began later",
        arguments: [(0, nil), (1, [1]), (2, [1]), (3, [1, 3]), (.max, [1, 3])]
            as [(UInt64, [UInt64]?)]
    )
    func before(end: UInt64, times: [UInt64]?) throws {
        let bytes = Self.batch([(1, 1 << 24 | 7, 0), (3, 1 << 24 | 8, 0)])
        let piece = try #require(bytes.withUnsafeBytes { RecordedPiece($0) })
        var kept: [UInt64]?
        if case .events(let events, let cpu)? = piece.before(end) {
            kept = events.map(\.nanoseconds)
            #expect(cpu == 3)
        }
        #expect(kept == times)
        let task = RecordedPiece.task(RecordedTask(task: 1, nanoseconds: 2))
        #expect((task.before(end) == nil) == (end < 2))
    }

    @Test("a piece counts its events, or its one task")
    func count() {
        let events = Self.batch([(1, 1 << 24, 0), (2, 1 << 24, 0)])
        #expect(events.withUnsafeBytes { RecordedPiece($0)?.count } == 2)
        #expect(RecordedPiece.task(RecordedTask(task: 1)).count == 1)
    }
}
