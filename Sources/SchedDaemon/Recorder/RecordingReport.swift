public import BPFRuntime
public import SchedRecording

/// What a recording came to.
public struct RecordingReport: Sendable {
    /// How much was written.
    public let counts: RecordingCounts
    /// Why it ended.
    public let end: End
    /// What it cost; nil: not measured.
    public let cost: RecordingCost?

    /// Why a recording ends.
    public enum End: Equatable, Sendable {
        /// The time is over, or somebody asked for it.
        case stopped
        /// The command ended, with this exit status, 128 and more for a signal.
        case command(status: Int32)
        /// The file has no room for more.
        case full
    }
}

/// What the kernel measured of the recorder's programs.
public struct RecordingCost: Equatable, Sendable {
    /// Runs of the programs that run at every event.
    public let events: RunTime
    /// Runs of those at interrupts, forks, and ends.
    public let others: RunTime
    /// Runs of a program that does nothing: what measuring itself takes.
    public let empty: RunTime

    /// What an event took, without what measuring takes, ns.
    public var nanosecondsPerEvent: Double { own(events) / Double(max(events.runs, 1)) }

    /// What all programs took in all, without what measuring takes, ns.
    public var nanoseconds: Double { own(events) + own(others) }

    private func own(_ time: RunTime) -> Double {
        max(0, Double(time.nanoseconds) - Double(time.runs) * empty.nanosecondsPerRun)
    }
}
