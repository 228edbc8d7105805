import CMLSchedABI
import Testing

@testable import SchedDaemon

@Suite struct SchedulerCountersTests {
    /// A row of a CPU that has counted each counter as often as its place says, so many times.
    private static func row(times: UInt64) -> mls_counters {
        var row = mls_counters()
        withUnsafeMutableBytes(of: &row) { bytes in
            for (index, _) in bytes.bindMemory(to: UInt64.self).enumerated() {
                bytes.bindMemory(to: UInt64.self)[index] = UInt64(index) * times
            }
        }
        return row
    }

    @Test("the rows of all CPUs are summed, counter by counter")
    func summing() {
        let counters = SchedulerCounters(summing: [Self.row(times: 1), Self.row(times: 10)])
        #expect(counters[MLS_CANDIDATE_WAKEUP, MLS_DECIDED] == 11 * 1)
        let pull = UInt64(NR_MLS_CANDIDATE_COUNTERS.rawValue)
        #expect(counters[MLS_CANDIDATE_PULL, MLS_CONSULTED] == 11 * pull)
        let first = UInt64(NR_MLS_CANDIDATE_KINDS.rawValue) * pull
        #expect(counters[MLS_REQUESTS_SENT] == 11 * first)
        #expect(SchedulerCounters(summing: []) == SchedulerCounters())
    }

    @Test("all kinds together are the sum of the kinds")
    func kinds() {
        let counters = SchedulerCounters(summing: [Self.row(times: 1)])
        let parts = SchedulerCounters.kinds.map { counters[$0.kind, MLS_EXECUTED] }
        #expect(parts.count == Int(NR_MLS_CANDIDATE_KINDS.rawValue))
        #expect(counters[MLS_EXECUTED] == parts.reduce(0, +))
    }

    @Test("what was counted since is the difference, and adds up again")
    func difference() {
        let (early, late) = (Self.row(times: 2), Self.row(times: 7))
        let news = SchedulerCounters(summing: [late]).since(SchedulerCounters(summing: [early]))
        #expect(news == SchedulerCounters(summing: [Self.row(times: 5)]))
        #expect(
            news.adding(SchedulerCounters(summing: [early])) == SchedulerCounters(summing: [late])
        )
    }

    @Test("every counter has a name of its own and a meaning")
    func names() {
        let counters = SchedulerCounters()
        for named in [counters.named, counters.named(nil), counters.named(MLS_CANDIDATE_PULL)] {
            #expect(!named.isEmpty && named.allSatisfy { !$0.name.isEmpty && !$0.meaning.isEmpty })
            #expect(Set(named.map(\.name)).count == named.count)
        }
    }

    @Test("the hit rate is the part that was decided, and nothing where nobody asked")
    func hitRate() {
        #expect(SchedulerCounters().hitRate == nil)
        var row = mls_counters()
        withUnsafeMutableBytes(of: &row) { bytes in
            let words = bytes.bindMemory(to: UInt64.self)
            words[Int(MLS_DECIDED.rawValue)] = 3
            words[Int(MLS_UNDECIDED_FALLBACK.rawValue)] = 1
        }
        #expect(SchedulerCounters(summing: [row]).hitRate == 0.75)
    }
}

@Suite struct DegradedTests {
    private static func interval(
        dropped: UInt64 = 0,
        waiting: UInt64 = 0,
        decided: UInt64 = 0,
        answered: UInt64 = 0
    ) -> StatisticsInterval {
        var row = mls_counters()
        withUnsafeMutableBytes(of: &row.candidate) { bytes in
            bytes.bindMemory(to: UInt64.self)[Int(MLS_DECIDED.rawValue)] = decided
        }
        withUnsafeMutableBytes(of: &row.scheduler) { bytes in
            let words = bytes.bindMemory(to: UInt64.self)
            words[Int(MLS_REQUESTS_DROPPED.rawValue)] = dropped
            words[Int(MLS_REQUESTS_DEDUPLICATED.rawValue)] = waiting
        }
        var measurements = PipelineMeasurements()
        measurements.requests = answered
        var reader = StatisticsReader()
        return reader.interval(
            until: StatisticsTotals(
                elapsed: .seconds(1),
                domains: [],
                counters: SchedulerCounters(summing: [row]),
                measurements: measurements
            )
        )
    }

    @Test("a full ring, or questions that nobody answers, are a model that does not keep up")
    func degraded() {
        #expect(Self.interval(dropped: 1).isDegraded)
        #expect(Self.interval(waiting: 5).isDegraded)
    }

    @Test("questions that wait while others are answered or found are not")
    func well() {
        #expect(!Self.interval().isDegraded)
        #expect(!Self.interval(waiting: 5, answered: 1).isDegraded)
        #expect(!Self.interval(waiting: 5, decided: 1).isDegraded)
    }
}

@Suite struct ObservedCountersTests {
    private static func counters(migrations: UInt64, across: UInt64) -> ObservedCounters {
        var row = mls_observed()
        withUnsafeMutableBytes(of: &row) { bytes in
            let words = bytes.bindMemory(to: UInt64.self)
            words[Int(MLS_OBSERVED_MIGRATIONS.rawValue)] = migrations
            words[Int(MLS_OBSERVED_ACROSS.rawValue)] = across
        }
        return ObservedCounters(summing: [row])
    }

    @Test("processes come by migrations across domains, then by all, then by name")
    func order() {
        var (early, late) = (ObservationTotals(), ObservationTotals())
        early.processes = ["idle": Self.counters(migrations: 4, across: 4)]
        late.processes = [
            "b": Self.counters(migrations: 2, across: 1),
            "a": Self.counters(migrations: 2, across: 1),
            "much": Self.counters(migrations: 9, across: 0),
            "far": Self.counters(migrations: 3, across: 3),
            "idle": Self.counters(migrations: 4, across: 4),
        ]
        let news = late.processes(since: early)
        #expect(news.map(\.name) == ["far", "a", "b", "much"])
        #expect(news[0].counters[MLS_OBSERVED_ACROSS] == 3)
    }

    @Test("every counter is told by name")
    func names() {
        let named = Self.counters(migrations: 5, across: 2).named
        #expect(named.count == Int(NR_MLS_OBSERVED_COUNTERS.rawValue))
        #expect(named.first { $0.name == "migrations" }?.value == 5)
        #expect(named.first { $0.name == "across" }?.value == 2)
    }
}
