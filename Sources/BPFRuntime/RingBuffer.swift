import CLibBPF
internal import Glibc
public import LinuxSystem
public import Synchronization

/// The reading end of a BPF ring buffer: records in the order in which they were reserved.
///
/// Reads the pages that the kernel shares (Documentation/bpf/ringbuf.rst) instead of calling
/// libbpf, whose consumer cannot stop after a number of records before 1.5 and makes programs wake
/// a reader that is awake.
///
/// A program that submits the record at which the reader's position stands wakes the reader, by an
/// interrupt that takes it 30 times as long as the submission. So the position is left one record
/// behind, until the reader says by ``prepareToWait()`` that it is about to sleep.
public struct RingBuffer: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointers are this value's own, it has one owner, and reading mutates it.

    /// Bytes that the ring holds, a power of two.
    public let capacity: Int
    let descriptor: OwnedDescriptor
    let name: String
    private let consumerPage: Mapping
    private let producerPages: Mapping

    @usableFromInline let consumerPosition: UnsafeMutablePointer<UInt64>
    @usableFromInline let producerPosition: UnsafePointer<UInt64>
    @usableFromInline let records: UnsafePointer<UInt8>
    /// Where this end reads next; only ever growing.
    @usableFromInline var position: UInt64
    /// Where programs believe that it does.
    @usableFromInline var published: UInt64

    /// Takes over the reading end; a ring has one.
    ///
    /// - Throws: `BPFError` with `EINVAL` when the map is no ring buffer.
    public init(_ map: borrowing BPFMap) throws(BPFError) {
        guard map.type == BPF_MAP_TYPE_RINGBUF else {
            throw BPFError(operation: "consume as a ring buffer", name: map.name, errno: EINVAL)
        }
        let (name, capacity) = (map.name, map.maxEntries)
        let raw = map.descriptor.raw
        let descriptor = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(duplicating: raw, name: name)
        }
        // First the reader's page, then the writer's, then the records, mapped twice in a row so
        // that one which wraps around is in one piece. User space may write the first alone.
        let page = Mapping.pageSize
        let consumer = try asBPFError { () throws(SystemError) in
            try Mapping(raw, byteCount: page, writable: true, name: name)
        }
        let producer = try asBPFError { () throws(SystemError) in
            try Mapping(
                raw,
                byteCount: page + 2 * capacity,
                offset: page,
                writable: false,
                name: name
            )
        }
        consumerPosition = consumer.base.assumingMemoryBound(to: UInt64.self)
        producerPosition = UnsafePointer(producer.base.assumingMemoryBound(to: UInt64.self))
        records = UnsafePointer((producer.base + page).assumingMemoryBound(to: UInt8.self))
        position = UInt64.load(consumerPosition)
        published = position
        self.capacity = capacity
        self.name = name
        self.descriptor = descriptor
        consumerPage = consumer
        producerPages = producer
    }

    deinit {
        UInt64.storeReleasing(position, to: consumerPosition)
    }

    /// Hands at most `limit` records that are there now to `body`, and frees their room.
    ///
    /// Never waits, makes no system call and allocates nothing. The bytes are valid only during
    /// the call of `body`.
    ///
    /// - Precondition: `limit > 0`.
    /// - Returns: how many records there were.
    @inlinable
    public mutating func consume(
        limit: Int,
        _ body: (_ record: UnsafeRawBufferPointer) -> Void
    ) -> Int {
        precondition(limit > 0, "a reader takes at least one record")
        var last = published
        var count = 0
        var end = UInt64.loadAcquiring(producerPosition)
        while count < limit {
            if position == end {
                end = UInt64.loadAcquiring(producerPosition)
                guard position != end else {
                    break
                }
            }
            // SAFETY: records start at multiples of eight below `capacity`, which is a power of
            // two, and the double mapping covers any that starts there.
            let record = UnsafeRawPointer(records) + Int(truncatingIfNeeded: position) & mask
            let header = UInt32.loadAcquiring(record.assumingMemoryBound(to: UInt32.self))
            guard header & RecordHeader.busy == 0 else {
                break
            }
            let length = Int(header & ~RecordHeader.discarded)
            last = position
            position += UInt64((length + RecordHeader.size + 7) & ~7)
            if header & RecordHeader.discarded == 0 {
                body(UnsafeRawBufferPointer(start: record + RecordHeader.size, count: length))
                count += 1
            }
        }
        if last > published {
            publish(last)
        }
        return count
    }

    /// Lets programs wake the reader for the next record.
    ///
    /// A reader that waits without it is not woken, and one that polls never calls it.
    ///
    /// - Returns: whether the reader may wait; if not, there is something to consume.
    @inlinable
    public mutating func prepareToWait() -> Bool {
        publish(position)
        // A program writes its record, then reads the position to see whether to wake. Against
        // that order stands this one: either it sees the position or its record is seen here.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return UInt64.loadAcquiring(producerPosition) == position
    }

    @inlinable
    mutating func publish(_ position: UInt64) {
        published = position
        UInt64.storeReleasing(position, to: consumerPosition)
    }

    /// Moves records into a batch, as many as are there now and fit.
    ///
    /// Never waits, makes no system call and allocates nothing.
    ///
    /// - Precondition: every record has the size of `Record`; the program and its reader share
    ///   one header.
    ///   The batch is not empty.
    /// - Returns: how many records.
    @inlinable
    public mutating func consume<Record: BitwiseCopyable>(
        into batch: UnsafeMutableBufferPointer<Record>
    ) -> Int {
        var next = 0
        return consume(limit: batch.count) { record in
            precondition(record.count == MemoryLayout<Record>.size, "a record of another type")
            batch[next] = record.loadUnaligned(as: Record.self)
            next += 1
        }
    }

    @usableFromInline var mask: Int { capacity - 1 }
}

/// The eight bytes before a record: its length and two flags, then a field of the kernel's own.
@usableFromInline
enum RecordHeader {
    @usableFromInline static let size = 8
    /// Reserved, but not submitted yet.
    @usableFromInline static let busy: UInt32 = 1 << 31
    /// Given up by the program: to be skipped.
    @usableFromInline static let discarded: UInt32 = 1 << 30
}
