internal import MLPInference

/// Checks the bytes of a file and takes them apart.
struct RecordingReader {
    private let path: String
    private let bytes: [UInt8]
    private var machine: MachineShape?
    private var hasNames = false
    private var tasks: [RecordedTask] = []
    private var events: [[RecordedEvent]] = []
    private var counts = RecordingCounts()

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// The recording.
    mutating func read() throws(RecordingError) -> Recording {
        try checkHeader()
        var offset = RecordingFormat.headerSize
        while try readSection(at: &offset) {}
        guard let machine else { throw damaged("no machine", at: offset) }
        tasks.sort { $0.nanoseconds < $1.nanoseconds }
        return Recording(
            machine: machine,
            hasNames: hasNames,
            tasks: tasks,
            events: mergedEvents(),
            counts: counts
        )
    }

    private func checkHeader() throws(RecordingError) {
        let magic = RecordingFormat.magic
        guard bytes.starts(with: magic) else { throw .notOne(path) }
        var reader = ByteReader(bytes, in: magic.count..<bytes.count)
        guard let version = reader.fixed() else { throw .cut(path) }
        guard version == RecordingFormat.version else {
            throw RecordingError(
                "\(path) has version \(version) of the format, not \(RecordingFormat.version): "
                    + "use the mlsched that recorded it, or record again"
            )
        }
    }

    /// Reads a section; false after the last one.
    private mutating func readSection(at offset: inout Int) throws(RecordingError) -> Bool {
        var header = ByteReader(bytes, in: offset..<bytes.count)
        guard let type = header.byte(), let length = header.fixed() else { throw .cut(path) }
        let start = offset + RecordingFormat.sectionHeaderSize
        guard Int(length) <= bytes.count - start else { throw .cut(path) }
        var section = ByteReader(bytes, in: start..<start + Int(length))
        guard let kind = RecordingFormat.Section(rawValue: type) else {
            throw damaged("no section has type \(type)", at: offset)
        }
        guard (kind == .machine) == (machine == nil) else {
            throw damaged("the machine does not come first and once", at: offset)
        }
        guard parse(kind, &section), section.count == 0 else {
            throw damaged("what stands here is not possible", at: section.offset)
        }
        offset = start + Int(length)
        guard kind == .end else { return true }
        try checkEnd(at: offset)
        return false
    }

    private mutating func parse(
        _ kind: RecordingFormat.Section,
        _ section: inout ByteReader
    ) -> Bool {
        switch kind {
        case .machine: parseMachine(&section)
        case .task: parseTask(&section)
        case .events: parseEvents(&section)
        case .end: parseEnd(&section)
        }
    }

    private mutating func parseMachine(_ section: inout ByteReader) -> Bool {
        guard let flags = section.byte(), flags <= 1, let architecture = section.text(),
            let kernel = section.text(), let processor = section.text(),
            let count: Int = section.number(upTo: RecordingFormat.maximumCPUs), count > 0
        else { return false }
        var cpus: [MachineShape.CPU] = []
        for _ in 0..<count {
            guard let cpu = section.cpu(after: cpus.last?.id ?? -1) else { return false }
            cpus.append(cpu)
        }
        hasNames = flags == 1
        let shape = MachineShape(
            architecture: architecture,
            kernel: kernel,
            processor: processor,
            cpus: cpus
        )
        machine = shape
        return shape.isConsistent
    }

    private mutating func parseTask(_ section: inout ByteReader) -> Bool {
        guard tasks.count < RecordingFormat.maximumTasks, let task = section.task() else {
            return false
        }
        tasks.append(task)
        return true
    }

    private mutating func parseEvents(_ section: inout ByteReader) -> Bool {
        guard let cpu: UInt16 = section.number(upTo: UInt16(RecordingFormat.maximumCPUs - 1)),
            let count: Int = section.number(upTo: section.count),
            counts.events + count <= RecordingFormat.maximumEvents, var time = section.number()
        else { return false }
        while events.count <= Int(cpu) { events.append([]) }
        guard events[Int(cpu)].last.map({ $0.nanoseconds <= time }) ?? true else { return false }
        var current: UInt32?
        for _ in 0..<count {
            guard let event = section.event(cpu: cpu, time: &time, current: &current) else {
                return false
            }
            events[Int(cpu)].append(event)
            counts.count(event)
        }
        return true
    }

    private mutating func parseEnd(_ section: inout ByteReader) -> Bool {
        guard let count = section.number(), count == counts.events,
            let taskCount = section.number(), taskCount == tasks.count,
            let dropped = section.number(), let nanoseconds = section.number()
        else { return false }
        counts.tasks = tasks.count
        counts.dropped = dropped
        counts.nanoseconds = nanoseconds
        counts.bytes = bytes.count
        return true
    }

    private func checkEnd(at offset: Int) throws(RecordingError) {
        var trailer = ByteReader(bytes, in: offset..<bytes.count)
        guard let stored = trailer.fixed() else { throw .cut(path) }
        guard trailer.count == 0 else { throw damaged("something follows its end", at: offset + 4) }
        var checksum = CRC32()
        bytes[..<offset].withUnsafeBytes { checksum.update($0) }
        guard checksum.value == stored else {
            throw damaged("the checksum does not fit", at: offset)
        }
    }

    /// All CPUs' events as one, in the order of time and then of CPUs.
    private mutating func mergedEvents() -> [RecordedEvent] {
        // Each CPU's are sorted already, and the standard sort, which keeps the order of equals,
        // merges such runs.
        var all = Array(events.joined())
        events = []
        all.sort { $0.nanoseconds < $1.nanoseconds }
        return all
    }

    private func damaged(_ what: String, at offset: Int) -> RecordingError {
        .damaged(path, what, at: offset)
    }
}
