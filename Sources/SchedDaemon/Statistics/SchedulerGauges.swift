public import BPFRuntime
internal import LinuxSystem

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
    /// Hands out what it has measured since it began; nil when it has ended.
    ///
    /// - Parameter receive: called once, on whatever thread; must not block.
    func measure(_ receive: @escaping @Sendable (PipelineMeasurements?) -> Void)
}

extension PipelineGauges {
    /// What it has measured since it began; nil when it has ended.
    public func measurements() async -> PipelineMeasurements? {
        await withCheckedContinuation { continuation in
            measure { continuation.resume(returning: $0) }
        }
    }

    /// The same for a thread that may block, for so many seconds at most; nil after that, too.
    func measurements(waitingSeconds seconds: Int) -> PipelineMeasurements? {
        let reply = Reply<PipelineMeasurements?>()
        measure { reply.give($0) }
        return reply.wait(forSeconds: seconds) ?? nil
    }
}

extension DecisionLoop: PipelineGauges {}
