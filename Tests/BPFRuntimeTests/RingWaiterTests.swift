import BPFRuntime
import CMLSchedABI
import Glibc
import Testing

@Suite(.enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"))
struct RingWaiterTests {
    /// Longer than any wait that ends for a reason, in milliseconds.
    private static let never: Int32 = 10_000

    @Test("a wait ends at once when records are there already")
    func recordsAlreadyThere() throws {
        let probe = try Probe()
        let waiter = try RingWaiter(try probe.object.ringBuffer("requests"))
        try probe.emit(1)
        #expect(try elapsedMilliseconds { _ = try waiter.wait(milliseconds: Self.never) } < 1000)
    }

    @Test("a wait ends at once when the reader stopped in the middle of the ring")
    func readerStoppedInTheMiddle() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        try probe.emit(3)
        #expect(try waiter.wait(milliseconds: Self.never) == false)
        #expect(ring.patterns(limit: 2).count == 2)
        // A record behind the one that was left is submitted without a wake-up.
        try probe.emit(1)
        #expect(try elapsedMilliseconds { _ = try waiter.wait(milliseconds: Self.never) } < 1000)
        #expect(ring.patterns(limit: 32).count == 2)
    }

    @Test("a wait without a reason lasts its time")
    func timeout() throws {
        let probe = try Probe()
        let waiter = try RingWaiter(try probe.object.ringBuffer("requests"))
        #expect(try elapsedMilliseconds { _ = try waiter.wait(milliseconds: 30) } >= 30)
    }

    @Test("the waker ends a wait, once")
    func waker() throws {
        let probe = try Probe()
        let waiter = try RingWaiter(try probe.object.ringBuffer("requests"))
        let waker = waiter.waker
        waker.wake()
        waker.wake()
        #expect(try waiter.wait(milliseconds: Self.never))
        #expect(try waiter.wait(milliseconds: 1) == false)
        let other = TestThread { waker.wake() }
        #expect(try waiter.wait(milliseconds: Self.never))
        other.join()
    }

    @Test("records and waker are told apart when both end a wait")
    func recordsAndWaker() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        try probe.emit(1)
        waiter.waker.wake()
        #expect(try waiter.wait(milliseconds: Self.never))
        #expect(ring.patterns(limit: 32) == [0])
        try probe.emit(1, first: 1)
        #expect(try waiter.wait(milliseconds: Self.never) == false)
        #expect(ring.patterns(limit: 32) == [1])
    }

    @Test("a reader that polls keeps its last record, and gives it back when it is to sleep")
    func pollingReader() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        try probe.emit(3)
        #expect(ring.patterns(limit: 32) == [0, 1, 2])
        // The kernel believes that there is a record still, so no program wakes the reader.
        #expect(try elapsedMilliseconds { _ = try waiter.wait(milliseconds: Self.never) } < 1000)
        #expect(ring.prepareToWait() == true)
        #expect(try elapsedMilliseconds { _ = try waiter.wait(milliseconds: 30) } >= 30)
        try probe.emit(1, first: 9)
        #expect(try elapsedMilliseconds { _ = try waiter.wait(milliseconds: Self.never) } < 1000)
        #expect(ring.patterns(limit: 32) == [9])
    }

    @Test("a reader may not wait when records have come since it last looked")
    func recordsBeforeWaiting() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        #expect(ring.patterns(limit: 32) == [])
        try probe.emit(1, first: 4)
        #expect(ring.prepareToWait() == false)
        #expect(ring.patterns(limit: 32) == [4])
        #expect(ring.prepareToWait() == true)
    }

    /// Holds off a lost wake-up: a program does not wake a reader that it believes to be behind.
    @Test("no wake-up is lost in 20,000 handovers")
    func noLostWakeUp() throws {
        let probe = try Probe()
        var ring = try probe.object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        let emitter = try probe.object.program("probe_emit")
        let table = try MappedArray<UInt32>(probe.object.map("decisions"))
        let handovers: UInt32 = 20_000
        let sameTable = try MappedArray<UInt32>(probe.object.map("decisions"))
        let producer = TestThread {
            for turn in 0..<handovers {
                guard (try? emit(1, first: Int(turn), with: emitter)) != nil else {
                    return
                }
                while sameTable[0] <= turn, sameTable[1] == 0 {
                    sched_yield()
                }
            }
        }
        var turn: UInt32 = 0
        while turn < handovers {
            let received = ring.patterns(limit: 1)
            if received == [turn] {
                turn += 1
                table[0] = turn
            } else if ring.prepareToWait(),
                try elapsedMilliseconds({ _ = try waiter.wait(milliseconds: 5000) }) > 4000
            {
                Issue.record("the reader was not woken for request \(turn)")
                break
            }
        }
        table[1] = 1
        producer.join()
    }

    private func elapsedMilliseconds(_ body: () throws -> Void) rethrows -> UInt64 {
        let start = monotonicNanoseconds()
        try body()
        return (monotonicNanoseconds() - start) / 1_000_000
    }
}
