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

    @Test(
        "decisions are there in time at 100,000 requests a second, and none is lost",
        arguments: [(polls: true, limit: 1500), (polls: false, limit: 30_000)]
    )
    func latency(polls: Bool, limit: UInt64) throws {
        var medians: [UInt64] = []
        for _ in 0..<3 {
            let nanoseconds = try roundTrips(polling: polls)
            #expect(nanoseconds.count == Self.count)
            medians.append(nanoseconds.sorted()[Self.count / 2])
        }
        // The best of three: the others say what else this machine was doing.
        #expect(try #require(medians.min()) <= limit, "medians of three runs, ns: \(medians)")
    }

    /// The times of all requests that were decided within two seconds, in nanoseconds.
    private func roundTrips(polling: Bool) throws -> [UInt64] {
        let probe = try Probe(ringBytes: 1 << 20)
        var ring = try probe.object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        let emitter = try probe.object.program("probe_emit")
        let table = try MappedArray<UInt8>(probe.object.map("decisions"))
        let producer = TestThread {
            preferThread(true)
            var due = monotonicNanoseconds()
            for pattern in 0..<Self.count {
                while monotonicNanoseconds() < due {}
                _ = try? emit(1, first: pattern, with: emitter)
                due += Self.interval
            }
        }
        preferThread(true)
        defer { preferThread(false) }
        var times: [UInt64] = []
        times.reserveCapacity(Self.count)
        let deadline = monotonicNanoseconds() + 2_000_000_000
        while times.count < Self.count, monotonicNanoseconds() < deadline {
            let taken = ring.consume(limit: 32) { record in
                let request = record.load(as: mls_request.self)
                table[Int(request.pattern) % table.count] = UInt8(MLS_MIGRATE.rawValue)
                times.append(monotonicNanoseconds() - request.stamp_ns)
            }
            if taken == 0, !polling, ring.prepareToWait() {
                try waiter.wait(milliseconds: 100)
            }
        }
        producer.join()
        return times
    }
}

/// Keeps the load of a busy machine out of a measurement, where the user may do so.
private func preferThread(_ isPreferred: Bool) {
    var parameters = sched_param()
    parameters.sched_priority = isPreferred ? 1 : 0
    _ = pthread_setschedparam(pthread_self(), isPreferred ? SCHED_FIFO : SCHED_OTHER, &parameters)
}
