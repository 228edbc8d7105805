import BPFPrograms
import BPFRuntime
import CMLSchedABI
import Glibc
import Testing

@Suite(.enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"))
struct RingBufferTests {
    /// Bytes that a request takes in the ring: a header of eight and the record.
    private static let recordBytes = 8 + MemoryLayout<mls_request>.size
    /// The smallest ring there is.
    private static let smallRing = UInt32(sysconf(Int32(_SC_PAGESIZE)))

    @Test("requests arrive in the order in which they were sent")
    func order() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        try probe.emit(3, first: 7)
        try probe.emit(2, first: 100)
        #expect(ring.patterns(limit: 32) == [7, 8, 9, 100, 101])
        #expect(ring.patterns(limit: 32).isEmpty)
    }

    @Test("a call takes no more than its limit and leaves the rest")
    func limit() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        try probe.emit(70)
        #expect(ring.patterns(limit: 32) == Array(0..<32))
        #expect(ring.patterns(limit: 32) == Array(32..<64))
        #expect(ring.patterns(limit: 32) == Array(64..<70))
        #expect(ring.patterns(limit: 32).isEmpty)
    }

    @Test("records that wrap around the end of the ring come out whole")
    func wrapAround() throws {
        let probe = try Probe(ringBytes: Self.smallRing)
        var ring = try probe.object.ringBuffer("requests")
        // 51 does not divide the ring, so the records start at ever other places.
        for first in stride(from: 0, to: 51 * 200, by: 51) {
            let before = monotonicNanoseconds()
            #expect(try probe.emit(51, first: first) == (51, 0))
            var expected = UInt32(first)
            let count = ring.consume(limit: 100) { record in
                let request = record.load(as: mls_request.self)
                #expect(request.pattern == expected)
                #expect(before...monotonicNanoseconds() ~= request.stamp_ns)
                #expect(request.pid == threadIdentifier())
                expected += 1
            }
            #expect(count == 51)
        }
    }

    @Test("a full ring drops what comes, keeps what it has and goes on")
    func fullRing() throws {
        let probe = try Probe(ringBytes: Self.smallRing)
        var ring = try probe.object.ringBuffer("requests")
        let (sent, dropped) = try probe.emit(1000)
        #expect(sent > 0 && sent <= Int(Self.smallRing) / Self.recordBytes)
        #expect(sent + dropped == 1000)
        #expect(try probe.emit(1) == (0, 1))
        #expect(ring.patterns(limit: 1000) == Array(0..<UInt32(sent)))
        #expect(try probe.emit(2, first: 5) == (2, 0))
        #expect(ring.patterns(limit: 1000) == [5, 6])
    }

    @Test("records given up by the program are skipped")
    func discardedRecords() throws {
        let object = try OpenObject(.fixture).load()
        var ring = try object.ringBuffer("records")
        var unused: UInt32 = 0
        #expect(try object.run("submit_discard_submit", with: &unused) == 0)
        var numbers: [UInt64] = []
        #expect(ring.consume(limit: 8) { numbers.append($0.load(as: UInt64.self)) } == 2)
        #expect(numbers == [1, 3])
        #expect(ring.consume(limit: 8) { _ in } == 0)
    }

    @Test("a second reader goes on where the first stopped", arguments: [true, false])
    func secondReader(waits: Bool) throws {
        let probe = try Probe()
        try probe.emit(10)
        do {
            var first = try probe.object.ringBuffer("requests")
            #expect(first.patterns(limit: 4) == [0, 1, 2, 3])
            if waits { #expect(first.prepareToWait() == false) }
        }
        var second = try probe.object.ringBuffer("requests")
        #expect(second.patterns(limit: 32) == [4, 5, 6, 7, 8, 9])
    }

    @Test("a ring outlives the object that it came from")
    func ringOutlivesObject() throws {
        func ringOfAProbe() throws(BPFError) -> RingBuffer {
            let probe = try Probe()
            try probe.emit(3)
            return try probe.object.ringBuffer("requests")
        }
        var ring = try ringOfAProbe()
        #expect(ring.patterns(limit: 32) == [0, 1, 2])
    }

    @Test("nothing is lost or reordered while another thread sends")
    func concurrentProducer() throws {
        let probe = try Probe(ringBytes: 1 << 20)
        var ring = try probe.object.ringBuffer("requests")
        let emitter = try probe.object.program("probe_emit")
        // The reader's progress, mapped once for each thread; the writer keeps the ring from
        // running full, as what is dropped in the middle of a burst cannot be told afterwards.
        let progress = try MappedArray<UInt32>(probe.object.map("decisions"))
        let sameProgress = try MappedArray<UInt32>(probe.object.map("decisions"))
        let (total, burst, ahead) = (400_000, 64, (1 << 20) / 2 / Self.recordBytes)
        let failure = ErrorBox()
        let producer = TestThread {
            do throws(BPFError) {
                for first in stride(from: 0, to: total, by: burst) {
                    while first > Int(sameProgress[0]) + ahead {
                        sched_yield()
                    }
                    _ = try emit(burst, first: first, with: emitter)
                }
            } catch {
                failure.set(error)
            }
        }
        var received: UInt32 = 0
        var misplaced: [UInt32] = []
        let deadline = monotonicNanoseconds() + 30_000_000_000
        while received < total, failure.error == nil, monotonicNanoseconds() < deadline {
            let patterns = ring.patterns(limit: 32)
            misplaced += zip(patterns, received...).filter { $0.0 != $0.1 }.map(\.0)
            received += UInt32(patterns.count)
            progress[0] = received
        }
        progress[0] = UInt32(total)
        producer.join()
        #expect(failure.error == nil)
        // Compared with nothing, hundreds of thousands of them would take minutes to print.
        #expect(misplaced.isEmpty)
        #expect(received == total)
    }

    @Test("a map that is no ring buffer is refused")
    func wrongMapType() throws {
        let probe = try Probe()
        let error = #expect(throws: BPFError.self) {
            _ = try probe.object.ringBuffer("decisions")
        }
        #expect(
            error?.description
                == "cannot consume as a ring buffer 'decisions': Invalid argument"
        )
    }
}
