internal import CMLSchedABI

/// What the scheduler and its daemon did in one interval.
public struct StatisticsInterval: Sendable {
    /// Since the scheduler was first attached.
    public let elapsed: Duration
    /// The length of the interval.
    public let length: Duration
    /// The domains and their loads at its end.
    public let domains: [DomainLoad]
    /// What was counted in it.
    public let counters: SchedulerCounters
    /// What was counted since the scheduler was first attached.
    public let total: SchedulerCounters
    /// What the daemon measured in it.
    public let measurements: PipelineMeasurements
    /// Whether it is the last one.
    public let isFinal: Bool

    /// The part of consultations that the model had already decided, 0 – 1; nil without any.
    public var hitRate: Double? { counters.hitRate }

    /// Whether the model is not keeping up: requests were dropped, or wait and are not answered.
    public var isDegraded: Bool {
        counters[MLS_REQUESTS_DROPPED] > 0
            || (counters[MLS_REQUESTS_DEDUPLICATED] > 0 && measurements.requests == 0
                && counters[MLS_DECIDED] == 0)
    }
}

extension SchedulerCounters {
    /// The part of consultations that the model had already decided, 0 – 1; nil without any.
    public var hitRate: Double? {
        let (decided, undecided) = (self[MLS_DECIDED], self[MLS_UNDECIDED_FALLBACK])
        return decided + undecided == 0 ? nil : Double(decided) / Double(decided + undecided)
    }
}
