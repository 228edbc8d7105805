public import BPFRuntime
internal import Synchronization

/// The totals of one run, across attachments that each count from zero.
///
/// The daemon says what is attached; any number of readers ask for totals at any time.
public final class SchedulerStatistics: Sendable {
    private struct Attachment {
        let scheduler: any SchedulerGauges
        let pipeline: any PipelineGauges
    }

    private struct State {
        var start: ContinuousClock.Instant?
        var attachment: Attachment?
        /// Of attachments that have ended.
        var counters = SchedulerCounters()
        var measurements = PipelineMeasurements()
    }

    private let state = Mutex(State())

    /// The statistics of a run that has not begun.
    public init() {}

    /// An attachment begins to count; time begins when the first one does.
    public func begin(
        _ scheduler: any SchedulerGauges,
        _ pipeline: any PipelineGauges,
        at now: ContinuousClock.Instant = .now
    ) {
        state.withLock { state in
            state.start = state.start ?? now
            state.attachment = Attachment(scheduler: scheduler, pipeline: pipeline)
        }
    }

    /// The attachment ends; what it counted is kept.
    ///
    /// - Parameter measurements: the last of its pipeline; nil when that has ended already.
    /// - Throws: `BPFError` when its counters cannot be read; they are then lost.
    public func end(_ measurements: PipelineMeasurements?) throws(BPFError) {
        let ended = state.withLock { $0.attachment.take() }
        guard let counters = try ended?.scheduler.counters() else { return }
        state.withLock { state in
            state.counters = state.counters.adding(counters)
            guard let measurements else { return }
            state.measurements = measurements.adding(state.measurements)
        }
    }

    /// All that was counted and measured so far; nil while nothing is attached.
    ///
    /// - Throws: `BPFError` when a map cannot be read.
    public func totals(
        at now: ContinuousClock.Instant = .now
    ) async throws(BPFError) -> StatisticsTotals? {
        let measured = await attachment?.pipeline.measurements()
        return try totals(measured, at: now)
    }

    /// The same for a thread that may block, which waits for the pipeline so many seconds at most.
    ///
    /// - Throws: `BPFError` when a map cannot be read.
    func totals(waitingSeconds seconds: Int) throws(BPFError) -> StatisticsTotals? {
        try totals(attachment?.pipeline.measurements(waitingSeconds: seconds), at: .now)
    }

    private var attachment: Attachment? { state.withLock { $0.attachment } }

    private func totals(
        _ measured: PipelineMeasurements?,
        at now: ContinuousClock.Instant
    ) throws(BPFError) -> StatisticsTotals? {
        guard let measured, let scheduler = attachment?.scheduler else { return nil }
        let domains = try scheduler.domainLoads()
        let counters = try scheduler.counters()
        return state.withLock { state in
            StatisticsTotals(
                elapsed: now - (state.start ?? now),
                domains: domains,
                counters: state.counters.adding(counters),
                measurements: measured.adding(state.measurements)
            )
        }
    }
}
