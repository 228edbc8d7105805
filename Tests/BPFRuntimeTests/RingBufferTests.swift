import BPFRuntime
import CMLSchedABI
import Testing

@Suite(.enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"))
struct RingBufferTests {
    /// Bytes that a request takes in the ring: the record and its header.
    private let recordBytes = MemoryLayout<mls_request>.size + 8

    @Test func `requests arrive in the order in which they were sent`() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        try probe.emit(3, first: 7)
        try probe.emit(2, first: 100)
        #expect(ring.patterns(limit: 32) == [7, 8, 9, 100, 101])
        #expect(ring.patterns(limit: 32).isEmpty)
    }
}
