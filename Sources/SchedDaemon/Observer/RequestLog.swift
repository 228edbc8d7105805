public import CMLSchedABI
internal import Synchronization

/// A request and what the model answered.
public struct RecordedRequest: BitwiseCopyable, Sendable {
    /// What was asked.
    public let request: mls_request
    /// `MLS_STAY` or `MLS_MIGRATE`.
    public let decision: UInt8
}

/// Keeps requests and their answers until somebody writes them down.
///
/// One thread records and another one drains; neither waits for the other. A record that finds no
/// room is counted as lost. Recording allocates nothing.
final class RequestLog: @unchecked Sendable {
    // @unchecked: `head` and `tail` say which records belong to which of the two threads, and
    // what is pending belongs to the one that records.
    private let records: UnsafeMutableBufferPointer<RecordedRequest>
    private let head = Atomic(0)
    private let tail = Atomic(0)
    private let lostCount = Atomic(0)
    private let pending: UnsafeMutableBufferPointer<mls_request>
    private var pendingCount = 0

    /// An empty log.
    ///
    /// - Parameters:
    ///   - capacity: records that wait to be drained, at most.
    ///   - batch: requests that are noted at a time, at most.
    init(capacity: Int = 65536, batch: Int = 32) {
        records = .allocate(capacity: capacity)
        pending = .allocate(capacity: batch)
    }

    deinit {
        records.deallocate()
        pending.deallocate()
    }

    /// Records that were lost so far.
    var lost: Int { lostCount.load(ordering: .relaxed) }

    /// Notes requests that are about to be answered.
    func note(_ requests: Slice<UnsafeMutableBufferPointer<mls_request>>) {
        pendingCount = min(requests.count, pending.count)
        for (index, request) in requests.prefix(pendingCount).enumerated() {
            pending.initializeElement(at: index, to: request)
        }
    }

    /// Records the answers to what was noted; patterns are in its order, some may be missing.
    func record(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        var index = 0
        for request in pending[..<pendingCount] where index < patterns.count {
            guard request.pattern == patterns[index] else { continue }
            append(RecordedRequest(request: request, decision: decisions[index]))
            index += 1
        }
        pendingCount = 0
    }

    private func append(_ record: RecordedRequest) {
        let end = tail.load(ordering: .relaxed)
        guard end &- head.load(ordering: .acquiring) < records.count else {
            lostCount.wrappingAdd(1, ordering: .relaxed)
            return
        }
        records.initializeElement(at: end % records.count, to: record)
        tail.store(end &+ 1, ordering: .releasing)
    }

    /// Takes the records out, oldest first.
    func drain() -> [RecordedRequest] {
        let (start, end) = (head.load(ordering: .relaxed), tail.load(ordering: .acquiring))
        let taken = (start..<end).map { records[$0 % records.count] }
        head.store(end, ordering: .releasing)
        return taken
    }
}
