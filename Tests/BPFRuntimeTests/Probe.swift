import BPFPrograms
import BPFRuntime
import CMLSchedABI

/// `bpf/probe.bpf.c` in the kernel, with what the tests ask of it.
struct Probe: ~Copyable {
    let object: LoadedObject
    private let emitter: BPFProgram

    /// Loads it with a ring and a table of these sizes.
    init(
        ringBytes: UInt32 = 1 << 18,
        patterns: UInt32 = 4096,
        tracedThread: Int32 = 0
    ) throws(BPFError) {
        var opened = try OpenObject(.probe)
        try opened.setMaxEntries(of: "requests", to: ringBytes)
        try opened.setMaxEntries(of: "decisions", to: patterns / 8)
        try opened.setVariable("pattern_count", to: patterns)
        try opened.setVariable("traced_thread", to: tracedThread)
        let object = try opened.load()
        emitter = try object.program("probe_emit")
        self.object = object
    }

    /// Sends requests of patterns `first`, `first + 1`, …; how many were sent and dropped.
    @discardableResult
    borrowing func emit(
        _ count: Int,
        first: Int = 0
    ) throws(BPFError) -> (sent: Int, dropped: Int) {
        try BPFRuntimeTests.emit(count, first: first, with: emitter)
    }
}

/// Sends requests through `probe_emit`.
func emit(
    _ count: Int,
    first: Int,
    with emitter: borrowing BPFProgram
) throws(BPFError) -> (sent: Int, dropped: Int) {
    var emission = mls_probe_emission()
    emission.count = UInt32(count)
    emission.first_pattern = UInt32(first)
    try emitter.run(with: &emission)
    return (Int(emission.sent), Int(emission.dropped))
}

extension RingBuffer {
    /// Patterns of at most `limit` requests that are in the ring now.
    mutating func patterns(limit: Int) -> [UInt32] {
        withUnsafeTemporaryAllocation(of: mls_request.self, capacity: limit) { batch in
            let count = consume(into: batch)
            return batch[..<count].map(\.pattern)
        }
    }
}
