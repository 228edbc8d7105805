internal import BPFRuntime

/// Makes intervals of running totals.
struct ObservationSession: Sendable {
    private let first: ObservationTotals
    private var last: ObservationTotals
    private var lastMeasurements: PipelineMeasurements?
    private let isMeasured: Bool

    /// Begins to count now.
    init(_ observer: borrowing AttachedObserver, isMeasured: Bool) throws(BPFError) {
        self.isMeasured = isMeasured
        first = try observer.totals()
        last = first
    }

    /// What was counted since the last time; `measurements` are those of the loop since its start.
    mutating func next(
        _ observer: borrowing AttachedObserver,
        measurements: PipelineMeasurements?,
        lost: Int,
        isFinal: Bool
    ) throws(BPFError) -> Observation {
        let now = try observer.totals()
        let loads = try observer.domainLoads()
        let sinceLast = measurements.map { now in
            lastMeasurements.map { now.since($0) } ?? now
        }
        defer {
            last = now
            lastMeasurements = measurements ?? lastMeasurements
        }
        return Observation(
            elapsed: now.time - first.time,
            length: now.time - last.time,
            domains: loads,
            counters: now.counters.since(last.counters),
            total: now.counters.since(first.counters),
            processes: now.processes(since: last),
            totalProcesses: now.processes(since: first),
            requests: now.requests.since(last.requests),
            totalRequests: now.requests.since(first.requests),
            measurements: sinceLast,
            runTime: isMeasured ? now.runTime.since(first.runTime) : nil,
            emptyRunTime: isMeasured ? now.emptyRunTime.since(first.emptyRunTime) : nil,
            lostRecords: lost,
            isFinal: isFinal
        )
    }
}

extension AttachedObserver {
    /// Everything that is counted, as it is now.
    borrowing func totals() throws(BPFError) -> ObservationTotals {
        ObservationTotals(
            time: .now,
            counters: try counters(),
            processes: try processes(),
            requests: try requests(),
            runTime: try runTime(),
            emptyRunTime: try emptyRunTime()
        )
    }
}
