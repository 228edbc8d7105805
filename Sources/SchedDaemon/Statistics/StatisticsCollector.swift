/// Turns running totals into intervals, across attachments that each count from zero.
struct StatisticsCollector: Sendable {
    private var start: ContinuousClock.Instant?
    private var last = ContinuousClock.now
    private var lastCounters = SchedulerCounters()
    private var finished = SchedulerCounters()

    /// An attachment begins to count.
    mutating func begin() {
        last = .now
        start = start ?? last
    }

    /// What has happened since the last interval.
    mutating func interval(
        plan: SchedulerPlan,
        loads: [Double],
        counters: SchedulerCounters,
        measurements: PipelineMeasurements,
        isFinal: Bool
    ) -> StatisticsInterval {
        let now = ContinuousClock.now
        defer {
            last = now
            lastCounters = counters
        }
        return StatisticsInterval(
            elapsed: now - (start ?? now),
            length: now - last,
            domains: Array(zip(plan.domains, loads)).map { (cpus: $0.0, load: $0.1) },
            counters: counters.since(lastCounters),
            total: counters.adding(finished),
            measurements: measurements,
            isFinal: isFinal
        )
    }

    /// The attachment that counted this has ended; the next one counts from zero.
    mutating func finish(_ counters: SchedulerCounters) {
        finished = finished.adding(counters)
        lastCounters = SchedulerCounters()
    }
}
