import BPFRuntime
import CMLSchedABI
import MLSched
import Testing

@testable import SchedDaemon

@Suite struct ObservationTests {
    /// Counts of the observer: some of its counters, by their index.
    private static func counters(_ values: [mls_observed_counter: UInt64]) -> ObservedCounters {
        ObservedCounters(summing: [row(values)])
    }

    private static func row(_ values: [mls_observed_counter: UInt64]) -> mls_observed {
        var row = mls_observed()
        withUnsafeMutableBytes(of: &row) { bytes in
            let words = bytes.bindMemory(to: UInt64.self)
            for (counter, value) in values { words[Int(counter.rawValue)] = value }
        }
        return row
    }

    private static func totals(
        _ processes: [String: [mls_observed_counter: UInt64]]
    ) -> ObservationTotals {
        var totals = ObservationTotals()
        totals.processes = processes.mapValues(counters)
        return totals
    }

    @Test("counters of several CPUs add up, each on its own")
    func sum() {
        let rows = [
            Self.row([MLS_OBSERVED_ACROSS: 3, MLS_OBSERVED_MIGRATIONS: 10]),
            Self.row([MLS_OBSERVED_ACROSS: 4]), Self.row([:]),
        ]
        let sum = ObservedCounters(summing: rows)
        #expect(sum[MLS_OBSERVED_ACROSS] == 7 && sum[MLS_OBSERVED_MIGRATIONS] == 10)
        #expect(ObservedCounters(summing: []) == ObservedCounters())
        let names = sum.named.map(\.name)
        #expect(names.count == Int(NR_MLS_OBSERVED_COUNTERS.rawValue))
        #expect(Set(names).count == names.count)
        #expect(sum.named.reduce(0) { $0 + $1.value } == 17)
    }

    @Test("what was counted since is the difference, also over the end of a word")
    func since() {
        let early = Self.counters([MLS_OBSERVED_ACROSS: .max - 1])
        let late = Self.counters([MLS_OBSERVED_ACROSS: 3, MLS_OBSERVED_MIGRATIONS: 2])
        let news = late.since(early)
        #expect(news[MLS_OBSERVED_ACROSS] == 5 && news[MLS_OBSERVED_MIGRATIONS] == 2)
        #expect(late.since(late) == ObservedCounters())
    }

    @Test("processes come by migrations across domains, then by all migrations, then by name")
    func order() {
        let totals = Self.totals([
            "few": [MLS_OBSERVED_ACROSS: 1, MLS_OBSERVED_MIGRATIONS: 100],
            "many": [MLS_OBSERVED_ACROSS: 9, MLS_OBSERVED_MIGRATIONS: 9],
            "b": [MLS_OBSERVED_ACROSS: 4, MLS_OBSERVED_MIGRATIONS: 5],
            "a": [MLS_OBSERVED_ACROSS: 4, MLS_OBSERVED_MIGRATIONS: 5],
            "more": [MLS_OBSERVED_ACROSS: 4, MLS_OBSERVED_MIGRATIONS: 6],
        ])
        let names = totals.processes(since: ObservationTotals()).map(\.name)
        #expect(names == ["many", "more", "a", "b", "few"])
    }

    @Test("a process without news is left out, and a new one counts from zero")
    func news() throws {
        let early = Self.totals([
            "idle": [MLS_OBSERVED_ACROSS: 5], "busy": [MLS_OBSERVED_ACROSS: 5],
            "gone": [MLS_OBSERVED_ACROSS: 5],
        ])
        let late = Self.totals([
            "idle": [MLS_OBSERVED_ACROSS: 5], "busy": [MLS_OBSERVED_ACROSS: 6],
            "new": [MLS_OBSERVED_ACROSS: 2],
        ])
        let found = late.processes(since: early)
        #expect(found.map(\.name) == ["new", "busy"])
        #expect(found.map { $0.counters[MLS_OBSERVED_ACROSS] } == [2, 1])
    }

    @Test(
        "a recorded request says who could move and why, and what the model said",
        arguments: [
            (MLS_CANDIDATE_WAKEUP.rawValue, "wakeup"), (MLS_CANDIDATE_PULL.rawValue, "pull"),
            (MLS_CANDIDATE_IMBALANCE.rawValue, "imbalance"), (77, "unknown"),
        ] as [(UInt32, String)],
        [MLS_STAY, MLS_MIGRATE]
    )
    func request(kind: (code: UInt32, name: String), decision: mls_decision) {
        var request = mls_request()
        (request.stamp_ns, request.pid, request.kind) = (123, 45, kind.code)
        let observed = ObservedRequest(
            RecordedRequest(request: request, decision: UInt8(decision.rawValue))
        )
        #expect(observed.nanoseconds == 123 && observed.pid == 45 && observed.kind == kind.name)
        #expect(observed.migrates == (decision == MLS_MIGRATE))
    }
}

@Suite struct RequestLogEdgeTests {
    /// Notes requests of some patterns and records answers to others.
    private static func use(
        _ log: RequestLog,
        asked: [UInt32],
        answered: [UInt32],
        decision: UInt8 = 2
    ) {
        let requests = UnsafeMutableBufferPointer<mls_request>.allocate(capacity: asked.count)
        defer { requests.deallocate() }
        for (index, pattern) in asked.enumerated() {
            var request = mls_request()
            request.pattern = pattern
            requests.initializeElement(at: index, to: request)
        }
        log.note(requests[...])
        let decisions = Array(repeating: decision, count: answered.count)
        answered.withUnsafeBufferPointer { patterns in
            decisions.withUnsafeBufferPointer { log.record($0, for: patterns) }
        }
    }

    @Test(
        "only what was asked and answered is written down",
        arguments: [
            ([1, 2, 3], [1, 2, 3], [1, 2, 3]), ([1, 2, 3], [2], [2]), ([1, 2, 3], [], []),
            ([], [1], []), ([1, 2], [3], []), ([5, 5, 5], [5, 5], [5, 5]),
            // More than a batch: what is beyond it was not noted.
            ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4]),
        ] as [([UInt32], [UInt32], [UInt32])]
    )
    func pairs(asked: [UInt32], answered: [UInt32], written: [UInt32]) {
        let log = RequestLog(capacity: 64, batch: 4)
        Self.use(log, asked: asked, answered: answered)
        #expect(log.drain().map(\.request.pattern) == written && log.lost == 0)
    }

    @Test("decisions without a question, such as anticipated ones, are not recorded twice")
    func anticipated() {
        let log = RequestLog(capacity: 64, batch: 4)
        Self.use(log, asked: [1], answered: [1])
        Self.use(log, asked: [], answered: [1])
        #expect(log.drain().count == 1)
    }

    @Test("a full log loses what comes, keeps what it has, and has room again when drained")
    func full() {
        let log = RequestLog(capacity: 3, batch: 2)
        for round in 0..<4 as Range<UInt32> {
            Self.use(log, asked: [2 * round, 2 * round + 1], answered: [2 * round, 2 * round + 1])
        }
        #expect(log.drain().map(\.request.pattern) == [0, 1, 2] && log.lost == 5)
        // Its ring has come round: what is drained next begins in the middle.
        for round in 0..<5 as Range<UInt32> {
            Self.use(log, asked: [round, round + 10], answered: [round, round + 10], decision: 3)
            #expect(log.drain().map(\.request.pattern) == [round, round + 10])
        }
        #expect(log.lost == 5 && log.drain().isEmpty)
    }
}

@Suite struct RecordingCostTests {
    private static func time(_ runs: UInt64, _ nanoseconds: UInt64) -> RunTime {
        RunTime(runs: runs, nanoseconds: nanoseconds)
    }

    @Test(
        "what measuring takes is taken off, and no cost is negative",
        arguments: [
            (time(10, 1000), time(5, 100), time(4, 40), 90, 950),
            (time(10, 1000), time(0, 0), time(0, 0), 100, 1000),
            (time(10, 50), time(1, 30), time(1, 20), 0, 10),
            (time(0, 0), time(0, 0), time(9, 90), 0, 0),
        ] as [(RunTime, RunTime, RunTime, Double, Double)]
    )
    func own(events: RunTime, others: RunTime, empty: RunTime, perEvent: Double, all: Double) {
        let cost = RecordingCost(events: events, others: others, empty: empty)
        #expect(cost.nanosecondsPerEvent == perEvent && cost.nanoseconds == all)
    }
}
