internal import Glibc

/// What the tasks of a machine did for a while.
public struct Recording: Equatable, Sendable {
    /// Where it was made.
    public let machine: MachineShape
    /// Whether tasks have their names.
    public let hasNames: Bool
    /// What was known of tasks, in the order of time.
    public let tasks: [RecordedTask]
    /// What happened, in the order of time.
    public let events: [RecordedEvent]
    /// How much there is.
    public let counts: RecordingCounts

    init(
        machine: MachineShape,
        hasNames: Bool,
        tasks: [RecordedTask],
        events: [RecordedEvent],
        counts: RecordingCounts
    ) {
        self.machine = machine
        self.hasNames = hasNames
        self.tasks = tasks
        self.events = events
        self.counts = counts
    }

    /// Reads a file.
    ///
    /// - Throws: `RecordingError` when there is none, or when it is cut, damaged or of another
    ///   version; nothing in it is believed before it has been checked.
    /// - Complexity: 24 bytes of memory an event, of which there are at most 33,554,432.
    public init(path: String) throws(RecordingError) {
        try self.init(bytes: Self.contents(of: path), path: path)
    }

    /// Reads the bytes of a file; `path` is what errors call it.
    public init(bytes: [UInt8], path: String) throws(RecordingError) {
        var reader = RecordingReader(path: path, bytes: bytes)
        self = try reader.read()
    }

    private static func contents(of path: String) throws(RecordingError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notOne(path) }
        guard status.st_size <= maximumBytes else {
            throw RecordingError("\(path) has more than a GiB: record a shorter time")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeMutableBytes { rest in
                // SAFETY: reads at most the bytes from `count` on.
                Glibc.read(descriptor, rest.baseAddress.map { $0 + count }, rest.count - count)
            }
            guard step > 0 || step < 0 && errno == EINTR else { throw unreadable(path) }
            count += max(step, 0)
        }
        return bytes
    }

    private static func unreadable(_ path: String) -> RecordingError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return RecordingError("\(path) cannot be read: \(reason)")
    }

    /// An event takes at least three bytes.
    private static let maximumBytes = 1 << 30
}
