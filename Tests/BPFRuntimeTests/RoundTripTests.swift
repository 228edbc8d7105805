import BPFRuntime
import CMLSchedABI
import Glibc
import Testing

/// From a request's time stamp in the kernel to its decision in the table, without the model.
@Suite(
    .serialized,
    .enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"),
    .enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1, "both ends need a CPU of their own")
)
struct RoundTripTests {
    /// Requests in a run, sent at 100,000 a second.
    private static let count = 20_000
    private static let interval: UInt64 = 10_000

    /// How fast they are is what `mlsched bench` measures.
    @Test("at 100,000 requests a second each is decided, none is lost", arguments: [true, false])
    func nothingIsLost(polling: Bool) throws {
        let patterns = try roundTrips(polling: polling)
        #expect(patterns == Array(0..<UInt32(Self.count)))
    }

    /// The patterns of all requests, in the order in which they were decided.
    private func roundTrips(polling: Bool) throws -> [UInt32] {
        let probe = try Probe(ringBytes: 1 << 20)
        var ring = try probe.object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        let emitter = try probe.object.program("probe_emit")
        let table = try MappedArray<UInt8>(probe.object.map("decisions"))
        let producer = TestThread {
            var due = monotonicNanoseconds()
            for pattern in 0..<Self.count {
                while monotonicNanoseconds() < due {}
                _ = try? emit(1, first: pattern, with: emitter)
                due += Self.interval
            }
        }
        var patterns: [UInt32] = []
        patterns.reserveCapacity(Self.count)
        let deadline = monotonicNanoseconds() + 30_000_000_000
        while patterns.count < Self.count, monotonicNanoseconds() < deadline {
            let taken = ring.consume(limit: 32) { record in
                let request = record.load(as: mls_request.self)
                table[Int(request.pattern) % table.count] = UInt8(MLS_MIGRATE.rawValue)
                patterns.append(request.pattern)
            }
            if taken == 0, !polling, ring.prepareToWait() {
                try waiter.wait(milliseconds: 100)
            }
        }
        producer.join()
        return patterns
    }
}
