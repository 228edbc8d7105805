import BPFRuntime
import CMLSchedABI
import DefaultWeights
import MLSched
import SchedDaemon
import Testing

@testable import SchedBench

/// The parts of the round trip, on this machine's own kernel.
@Suite("The probe", .serialized, .enabled(if: NetworkTests.loadsPrograms))
struct ProbeTests {
    private let space: PatternSpace

    init() throws {
        space = try PatternSpace(cpuIDs: 16, online: 16)
    }

    private func publish(_ decisions: [UInt8], for patterns: [UInt32], in table: inout ProbeTable) {
        decisions.withUnsafeBufferPointer { decisions in
            patterns.withUnsafeBufferPointer { table.publish(decisions, for: $0) }
        }
    }

    @Test("a decision is open until it is published, and its neighbours stay open")
    func table() throws {
        let object = try ProbeTable.load(space)
        var table = try ProbeTable(object)
        let last = UInt32(space.count - 1)
        let decisions = [MLS_STAY, MLS_MIGRATE].map { UInt8($0.rawValue) }
        publish(decisions, for: [0, last], in: &table)
        let isOpen = [0, 1, 7, 8, last - 1, last].map { table.isOpen($0) }
        #expect(isOpen == [false, true, true, true, true, false])
        // Whoever maps it again sees the same.
        let again = try ProbeTable(object)
        let isOpenAgain = [0, last].map { again.isOpen($0) }
        #expect(isOpenAgain == [false, false])
    }

    @Test("what is sent stands in the ring, its patterns one after the other from 0 on")
    func sender() throws {
        let object = try ProbeTable.load(space, programs: ["probe_emit"])
        let sender = RequestSender(try object.program("probe_emit"), patterns: space.count)
        var ring = try object.ringBuffer("requests")
        var seen: [UInt32] = []
        var sent = 0
        // A ring of 256 KiB holds what 3,000 requests take; it is emptied after each.
        for _ in 0..<3 {
            let schedule = SendingSchedule(
                rate: 1_000_000,
                nanoseconds: 1_000_000,
                isSpinning: true
            )
            let report = try sender.send(on: schedule)
            #expect(report.sent == 1000 && report.dropped == 0)
            #expect(report.elapsed >= 999_000 && report.lateness.count > 0)
            sent += report.sent
            _ = ring.consume(limit: .max) { seen.append($0.load(as: mls_request.self).pattern) }
        }
        #expect(seen.count == sent)
        // Each report begins at 0, and within one they follow each other.
        #expect(seen == (0..<3).flatMap { _ in 0..<1000 as Range<UInt32> })
    }

    @Test("a ring that nobody empties fills, and what finds it full is counted as dropped")
    func full() throws {
        let object = try ProbeTable.load(space, programs: ["probe_emit"])
        let sender = RequestSender(try object.program("probe_emit"), patterns: space.count)
        var ring = try object.ringBuffer("requests")
        let schedule = SendingSchedule(
            rate: 10_000_000,
            nanoseconds: 2_000_000,
            isSpinning: true
        )
        let report = try sender.send(on: schedule)
        #expect(report.sent + report.dropped == 20_000)
        #expect(report.sent > 1000 && report.dropped > 10_000)
        let taken = ring.consume(limit: .max) { _ in }
        #expect(taken == report.sent)
    }

    @Test("a sleeping thread wakes once for each call that finds it asleep, and ends when told")
    func sleeper() throws {
        let object = try ProbeTable.load(space)
        let cpu = try MeasuringCPUs(preferring: nil).cpu
        let thread = try SleepingThread(RingWaiter(object.ringBuffer("requests")), on: cpu)
        for _ in 0..<5 { thread.wake() }
        let latency = thread.stop()
        #expect(latency.count <= 5)
        // Told again, it has nothing to add.
        #expect(thread.stop().count == latency.count)
    }

    @Test("models are replaced until it is stopped, and a loop that has ended takes none")
    func reloading() async throws {
        let object = try ProbeTable.load(space)
        let model = try DefaultModel.load()
        let loop = try ProbeTable.answer(object, space, model)
        let thread = try ReloadingThread(loop, model)
        // A loop whose model was never replaced has filled nothing.
        while await loop.measurements()?.fill == nil {}
        let count = thread.stop()
        #expect(count >= 1)
        loop.stop()
        #expect(try ReloadingThread(loop, model).stop() == 0)
    }
}
