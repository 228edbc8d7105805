public import LinuxSystem
internal import MLPInference

/// Writes a recording, piece by piece, to a file that has its name only when it is whole.
public struct RecordingWriter: ~Copyable {
    private var file: AtomicFile
    private var checksum = CRC32()
    private var section = ByteWriter()
    private let start: UInt64
    private let keepsNames: Bool
    /// What has been written.
    public private(set) var counts = RecordingCounts()

    /// Creates the file.
    ///
    /// - Parameters:
    ///   - path: what it will be called.
    ///   - machine: where the recording is made.
    ///   - start: the clock's time at which it begins, ns.
    ///   - keepsNames: write names of tasks, not only their hashes.
    /// - Throws: `AtomicFile.Failure`.
    public init(
        path: String,
        machine: MachineShape,
        start: UInt64,
        keepsNames: Bool
    ) throws(AtomicFile.Failure) {
        let beginning = Self.beginning(machine, keepsNames: keepsNames)
        let file = try AtomicFile(path)
        try file.write(beginning)
        self.file = file
        self.start = start
        self.keepsNames = keepsNames
        note(beginning)
    }

    /// Whether the recording has room for no further batch of events.
    public var isFull: Bool {
        counts.events + 256 > RecordingFormat.maximumEvents
            || counts.tasks >= RecordingFormat.maximumTasks
    }

    /// Adds what is known of a task, its times being the clock's.
    public mutating func append(_ task: RecordedTask) throws(AtomicFile.Failure) {
        section.append(task.nanoseconds &- min(start, task.nanoseconds))
        section.append(byte: task.reason.rawValue)
        for number in [task.task, task.process, task.parent, task.weight, task.policy] {
            section.append(UInt64(number))
        }
        section.append(task.residentBytes)
        section.append(task.flags)
        section.append(UInt64(task.allowedCPUs.count))
        for cpu in task.allowedCPUs { section.append(UInt64(cpu)) }
        section.append(task.nameHash)
        section.append(keepsNames ? task.name : "")
        try endSection(.task)
        counts.tasks += 1
    }

    /// Adds events of one CPU, in the order of time, their times being the clock's.
    ///
    /// - Precondition: every event has the CPU `cpu`.
    public mutating func append(
        _ events: some Collection<RecordedEvent>,
        cpu: UInt16
    ) throws(AtomicFile.Failure) {
        guard let first = events.first else { return }
        section.append(UInt64(cpu))
        section.append(UInt64(events.count))
        var time = max(first.nanoseconds, start)
        var current: UInt32?
        section.append(time - start)
        for event in events {
            append(event, after: &time, current: &current)
            counts.count(event)
        }
        try endSection(.events)
    }

    /// Ends the recording and gives the file its name.
    ///
    /// - Parameters:
    ///   - end: the clock's time at which it ended, ns.
    ///   - dropped: events and tasks that were lost; with any, the recording is not whole.
    /// - Throws: `AtomicFile.Failure`; there is no file then.
    public mutating func finish(end: UInt64, dropped: UInt64) throws(AtomicFile.Failure) {
        counts.dropped = dropped
        counts.nanoseconds = end - min(start, end)
        for number in [
            UInt64(counts.events), UInt64(counts.tasks), dropped, counts.nanoseconds,
        ] {
            section.append(number)
        }
        try endSection(.end)
        try write(ByteWriter.fixed(checksum.value))
        try file.finish()
    }

    private mutating func append(
        _ event: RecordedEvent,
        after time: inout UInt64,
        current: inout UInt32?
    ) {
        let known = event.action == .change ? event.task : event.other
        let unknown = event.action == .change ? event.other : event.task
        let isCurrent = known == current
        section.append(
            byte: event.action.rawValue
                | event.manner.rawValue << RecordingFormat.EventHead.mannerShift
                | (isCurrent ? RecordingFormat.EventHead.isCurrent : 0)
        )
        // Clocks of one CPU do not go back; an event from before the start counts as its first.
        section.append(event.nanoseconds - min(time, event.nanoseconds))
        time = max(time, event.nanoseconds)
        if !isCurrent { section.append(UInt64(known)) }
        section.append(UInt64(unknown))
        if event.action == .change { current = event.other }
    }

    private mutating func endSection(
        _ type: RecordingFormat.Section
    ) throws(AtomicFile.Failure) {
        try write(section.section(type))
        section.removeAll()
    }

    private mutating func write(_ bytes: [UInt8]) throws(AtomicFile.Failure) {
        note(bytes)
        try file.write(bytes)
    }

    private mutating func note(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { checksum.update($0) }
        counts.bytes += bytes.count
    }

    /// The header and the machine's section.
    private static func beginning(_ machine: MachineShape, keepsNames: Bool) -> [UInt8] {
        var section = ByteWriter()
        section.append(byte: keepsNames ? 1 : 0)
        for text in [machine.architecture, machine.kernel, machine.processor] {
            section.append(String(decoding: text.utf8.prefix(255), as: UTF8.self))
        }
        section.append(UInt64(machine.cpus.count))
        for cpu in machine.cpus {
            for number in [cpu.id, cpu.core, cpu.cache, cpu.node] { section.append(UInt64(number)) }
        }
        return RecordingFormat.magic + ByteWriter.fixed(RecordingFormat.version)
            + section.section(.machine)
    }
}

extension ByteWriter {
    /// What was written, as a section of the file.
    fileprivate func section(_ type: RecordingFormat.Section) -> [UInt8] {
        [type.rawValue] + Self.fixed(UInt32(bytes.count)) + bytes
    }
}

extension RecordedTask {
    /// What is a bit in the file.
    fileprivate var flags: UInt64 {
        (isKernelThread ? RecordingFormat.TaskFlag.kernelThread : 0)
            | (isRecorder ? RecordingFormat.TaskFlag.recorder : 0)
            | (isRunnable ? RecordingFormat.TaskFlag.runnable : 0)
    }
}
