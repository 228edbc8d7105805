public import BPFRuntime

/// What an attached scheduler tells of itself, to any number of readers at once.
public protocol SchedulerGauges: Sendable {
    /// The machine that it was made for.
    var plan: SchedulerPlan { get }

    /// What it has counted since it was loaded.
    func counters() throws(BPFError) -> SchedulerCounters

    /// The load of each domain now.
    func domainLoads() throws(BPFError) -> [DomainLoad]
}

/// What the daemon's pipeline tells of itself.
public protocol PipelineGauges: Sendable {
    /// What it has measured since it began; nil when it has ended.
    func measurements() async -> PipelineMeasurements?
}

extension DecisionLoop: PipelineGauges {}
