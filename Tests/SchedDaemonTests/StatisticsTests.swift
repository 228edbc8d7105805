import BPFRuntime
import CMLSchedABI
import MachineTestSupport
import Synchronization
import Testing

@testable import SchedDaemon

/// A scheduler and its pipeline that have counted what a test says.
final class FakeGauges: SchedulerGauges, PipelineGauges {
    let plan: SchedulerPlan
    private struct State {
        var sent: UInt64 = 0
        var hasEnded = false
        var measurementCount = 0
    }

    private let state = Mutex(State())

    /// How often the pipeline was asked.
    var measurementCount: Int { state.withLock { $0.measurementCount } }

    init() throws {
        let sysfs = try FakeSysfs.twoCaches()
        plan = try withExtendedLifetime(sysfs) {
            try SchedulerPlan(grouping: .cache, sysfs: sysfs.root)
        }
    }

    func send(_ count: UInt64) { state.withLock { $0.sent += count } }

    func end() { state.withLock { $0.hasEnded = true } }

    func counters() throws(BPFError) -> SchedulerCounters {
        var row = mls_counters()
        withUnsafeMutableBytes(of: &row.scheduler) { bytes in
            bytes.bindMemory(to: UInt64.self)[Int(MLS_REQUESTS_SENT.rawValue)] =
                state.withLock { $0.sent }
        }
        return SchedulerCounters(summing: [row])
    }

    func domainLoads() throws(BPFError) -> [DomainLoad] {
        plan.domains.map { DomainLoad(cpus: $0, load: 0.25) }
    }

    func measure(_ receive: @escaping @Sendable (PipelineMeasurements?) -> Void) {
        let measured = state.withLock { state -> PipelineMeasurements? in
            state.measurementCount += 1
            var measurements = PipelineMeasurements()
            measurements.requests = state.sent
            return state.hasEnded ? nil : measurements
        }
        receive(measured)
    }
}

@Suite struct SchedulerStatisticsTests {
    private let start = ContinuousClock.now

    @Test("before the first attachment there is nothing to tell")
    func nothing() async throws {
        #expect(try await SchedulerStatistics().totals() == nil)
    }

    @Test("two readers see the same totals, each with intervals of its own")
    func twoReaders() async throws {
        let (statistics, gauges) = (SchedulerStatistics(), try FakeGauges())
        statistics.begin(gauges, gauges, at: start)
        var (eager, lazy) = (StatisticsReader(), StatisticsReader())
        var eagerSum: UInt64 = 0
        for second in 1...3 {
            gauges.send(10)
            let now = try #require(try await statistics.totals(at: start + .seconds(second)))
            let interval = eager.interval(until: now)
            #expect(interval.length == .seconds(1))
            #expect(interval.measurements.requests == 10)
            eagerSum += interval.counters[MLS_REQUESTS_SENT]
        }
        let now = try #require(try await statistics.totals(at: start + .seconds(3)))
        let interval = lazy.interval(until: now)
        #expect(interval.length == .seconds(3))
        #expect(interval.counters[MLS_REQUESTS_SENT] == 30)
        #expect(eagerSum == 30)
        #expect(eager.interval(until: now).total == interval.total)
    }

    @Test("what earlier attachments counted is part of the totals")
    func attachments() async throws {
        let statistics = SchedulerStatistics()
        let (first, second) = (try FakeGauges(), try FakeGauges())
        statistics.begin(first, first, at: start)
        first.send(5)
        var reader = StatisticsReader()
        let early = try #require(try await statistics.totals(at: start + .seconds(1)))
        _ = reader.interval(until: early)
        first.send(2)
        try statistics.end(await first.measurements())
        #expect(try await statistics.totals() == nil)
        statistics.begin(second, second, at: start + .seconds(5))
        second.send(1)
        let late = try #require(try await statistics.totals(at: start + .seconds(6)))
        #expect(late.elapsed == .seconds(6))
        let interval = reader.interval(until: late, isFinal: true)
        #expect(interval.total[MLS_REQUESTS_SENT] == 8)
        #expect(interval.counters[MLS_REQUESTS_SENT] == 3)
        #expect(interval.measurements.requests == 3)
        #expect(interval.isFinal)
    }

    @Test("when the pipeline has ended there are no totals")
    func ended() async throws {
        let (statistics, gauges) = (SchedulerStatistics(), try FakeGauges())
        statistics.begin(gauges, gauges)
        gauges.end()
        #expect(try await statistics.totals() == nil)
    }
}
