internal import CMLSchedABI
public import MLSched

/// One question to the model and its answer.
public struct ObservedRequest: Sendable {
    /// When it was asked: `CLOCK_MONOTONIC`, ns.
    public let nanoseconds: UInt64
    /// The thread that could move.
    public let pid: Int32
    /// Why it could: `wakeup`, `pull` or `imbalance`.
    public let kind: String
    /// What the kernel measured.
    public let measured: MigrationFeatures
    /// What the model said.
    public let migrates: Bool

    /// What the model was told: loads in tenths.
    public var features: MigrationFeatures { measured.quantised }

    init(_ record: RecordedRequest) {
        let request = record.request
        nanoseconds = request.stamp_ns
        pid = request.pid
        kind = SchedulerCounters.kinds.first { $0.kind.rawValue == request.kind }?.name ?? "unknown"
        measured = MigrationFeatures(request.features)
        migrates = record.decision == UInt8(MLS_MIGRATE.rawValue)
    }
}
