internal import CMLSchedABI
internal import SchedRecording

/// One record of the ring.
enum RecordedPiece {
    case task(RecordedTask)
    case events([RecordedEvent], cpu: UInt16)

    /// Reads a record; nil for one of another type, or without anything in it.
    init?(_ record: UnsafeRawBufferPointer) {
        guard record.count >= 2 * MemoryLayout<UInt16>.size else { return nil }
        switch record.loadUnaligned(as: UInt16.self) {
        case UInt16(MLS_RECORD_TASK.rawValue):
            guard record.count == MemoryLayout<mls_task_record>.size else { return nil }
            self = .task(RecordedTask(record.loadUnaligned(as: mls_task_record.self)))
        case UInt16(MLS_RECORD_BATCH.rawValue):
            let cpu = record.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
            self.init(batch: record, cpu: cpu)
        default: return nil
        }
    }

    /// Reads the batch that some bytes begin with; nil when it is empty.
    init?(batch: UnsafeRawBufferPointer, cpu: UInt16) {
        guard batch.count >= MemoryLayout<mls_event_batch>.size else { return nil }
        let start =
            MemoryLayout<mls_event_batch>.size
            - Int(MLS_RECORD_EVENTS) * MemoryLayout<mls_event>.stride
        let count = Int(batch.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard (1...Int(MLS_RECORD_EVENTS)).contains(count) else { return nil }
        let events = (0..<count).compactMap { index in
            let offset = start + index * MemoryLayout<mls_event>.stride
            let event = batch.loadUnaligned(fromByteOffset: offset, as: mls_event.self)
            return RecordedEvent(event, cpu: cpu)
        }
        self = .events(events, cpu: cpu)
    }

    /// Events, or the one task.
    var count: UInt64 {
        switch self {
        case .task: 1
        case .events(let events, _): UInt64(events.count)
        }
    }

    /// What of it happened up to a time of the clock, ns; nil: nothing.
    func before(_ end: UInt64) -> Self? {
        switch self {
        case .task(let task): return task.nanoseconds <= end ? self : nil
        case .events(let events, let cpu):
            guard let last = events.last, last.nanoseconds > end else { return self }
            let before = events.filter { $0.nanoseconds <= end }
            return before.isEmpty ? nil : .events(before, cpu: cpu)
        }
    }

    /// Events that a batch says its CPU has lost.
    static func dropped(in batch: UnsafeRawBufferPointer) -> UInt64 {
        batch.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }

    /// Adds it to a recording.
    ///
    /// - Throws: `AtomicFile.Failure`.
    func write(to writer: inout RecordingWriter) throws {
        switch self {
        case .task(let task): try writer.append(task)
        case .events(let events, let cpu): try writer.append(events, cpu: cpu)
        }
    }
}

extension RecordedEvent {
    /// The kernel's record in the recording's terms; nil for a kind of a newer recorder.
    fileprivate init?(_ event: mls_event, cpu: UInt16) {
        let shift = UInt32(MLS_EVENT_SHIFT)
        let mask = UInt32(1) << shift - 1
        guard let action = Action(rawValue: UInt8(event.pid >> shift)),
            let manner = Manner(rawValue: UInt8(event.other >> shift))
        else { return nil }
        self.init(
            nanoseconds: event.time_ns,
            cpu: cpu,
            action: action,
            task: event.pid & mask,
            other: event.other & mask,
            manner: manner
        )
    }
}

extension RecordedTask {
    /// The kernel's record in the recording's terms.
    fileprivate init(_ record: mls_task_record) {
        self.init(
            task: record.pid,
            nanoseconds: record.time_ns,
            reason: UInt8(exactly: record.reason).flatMap(Reason.init) ?? .present
        )
        process = record.process
        parent = record.parent
        weight = record.weight
        policy = record.policy
        residentBytes = record.resident_bytes
        isKernelThread = record.is_kernel_thread != 0
        isRecorder = record.is_recorder != 0
        isRunnable = record.is_runnable != 0
        name = withUnsafeBytes(of: record.name) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
        nameHash = UInt64(bitPattern: Int64(name.hashValue))
        allowedCPUs = withUnsafeBytes(of: record.allowed) { raw in
            (0..<raw.count * 8).filter { raw[$0 / 8] >> ($0 % 8) & 1 == 1 }
        }
    }
}
