/// All that was counted and measured since the scheduler was first attached, and the state now.
public struct StatisticsTotals: Sendable {
    /// Since the scheduler was first attached.
    public var elapsed: Duration
    /// The domains and their loads.
    public var domains: [DomainLoad]
    /// What was counted.
    public var counters: SchedulerCounters
    /// What the daemon measured.
    public var measurements: PipelineMeasurements

    /// Totals given in full.
    public init(
        elapsed: Duration,
        domains: [DomainLoad],
        counters: SchedulerCounters,
        measurements: PipelineMeasurements
    ) {
        self.elapsed = elapsed
        self.domains = domains
        self.counters = counters
        self.measurements = measurements
    }
}
