internal import BPFRuntime
internal import CMLSchedABI
internal import MLSched

/// The ring, with a log of what comes through it.
struct RecordedRing: ~Copyable, RequestSource {
    private var ring: RingBuffer
    private let log: RequestLog

    init(_ ring: consuming RingBuffer, log: RequestLog) {
        self.ring = ring
        self.log = log
    }

    mutating func take(into batch: UnsafeMutableBufferPointer<mls_request>) -> Int {
        let count = ring.take(into: batch)
        log.note(batch[..<count])
        return count
    }

    mutating func prepareToWait() -> Bool { ring.prepareToWait() }
}

/// The decision map, with a log of what was asked for.
struct RecordedStore: ~Copyable, DecisionSink {
    private var store: DecisionStore
    private let log: RequestLog

    init(_ store: consuming DecisionStore, log: RequestLog) {
        self.store = store
        self.log = log
    }

    mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        store.publish(decisions, for: patterns)
        log.record(decisions, for: patterns)
    }

    borrowing func isOpen(_ pattern: UInt32) -> Bool { store.isOpen(pattern) }

    var holdsEveryPattern: Bool { store.holdsEveryPattern }

    mutating func stage(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        store.stage(decisions, for: patterns)
    }

    mutating func stage(_ network: UnsafePointer<mls_network>?) { store.stage(network) }

    mutating func commit() { store.commit() }
}
