internal import BPFRuntime
internal import CMLSchedABI
internal import SchedRecording

/// What the recorder has sent, and what still lies in the batches of the CPUs.
struct RecordStream: ~Copyable {
    private var ring: RingBuffer
    private let cpus: BPFMap
    private let tasksDropped: MappedArray<UInt64>
    private let cpuIDCount: Int
    /// Events and tasks that came when the file was full.
    private var skipped: UInt64 = 0
    /// What comes later is not part of the recording; the clock's time, ns.
    var end = UInt64.max

    init(
        ring: consuming RingBuffer,
        cpus: consuming BPFMap,
        tasksDropped: consuming MappedArray<UInt64>,
        cpuIDCount: Int
    ) {
        self.ring = ring
        self.cpus = cpus
        self.tasksDropped = tasksDropped
        self.cpuIDCount = cpuIDCount
    }

    /// Writes all that is in the ring.
    ///
    /// - Throws: `AtomicFile.Failure`.
    mutating func drain(into writer: inout RecordingWriter) throws {
        var pieces: [RecordedPiece] = []
        repeat {
            pieces.removeAll(keepingCapacity: true)
            _ = ring.consume(limit: Self.piecesAtOnce) { record in
                if let piece = RecordedPiece(record) { pieces.append(piece) }
            }
            for piece in pieces {
                try write(piece, to: &writer)
            }
        } while pieces.count == Self.piecesAtOnce
    }

    /// Writes what the CPUs have not sent.
    ///
    /// - Precondition: the programs are detached, and none is running any more.
    /// - Returns: events and tasks that found the ring or the file full.
    mutating func drainBatches(into writer: inout RecordingWriter) throws -> UInt64 {
        var dropped = tasksDropped[0]
        for cpu in 0..<UInt32(cpuIDCount) {
            guard let bytes = try cpus.bytes(of: cpu) else { continue }
            try bytes.withUnsafeBytes { record in
                dropped += RecordedPiece.dropped(in: record)
                if let piece = RecordedPiece(batch: record, cpu: UInt16(cpu)) {
                    try write(piece, to: &writer)
                }
            }
        }
        return dropped + skipped
    }

    private mutating func write(
        _ piece: RecordedPiece,
        to writer: inout RecordingWriter
    ) throws {
        guard let piece = piece.before(end) else { return }
        if writer.isFull { skipped += piece.count } else { try piece.write(to: &writer) }
    }

    private static let piecesAtOnce = 256
}
