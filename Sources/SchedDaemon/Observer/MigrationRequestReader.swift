internal import CMLSchedABI
public import MLSched

/// Reads requests as the features that the model decided on.
public struct MigrationRequestReader: Sendable {
    private let space: PatternSpace

    /// Reads requests of one machine.
    init(space: PatternSpace) {
        self.space = space
    }

    /// A request in words and numbers.
    public func read(_ record: RecordedRequest) -> ObservedRequest {
        let request = record.request
        let kind = SchedulerCounters.kinds.first { $0.kind.rawValue == request.kind }
        return ObservedRequest(
            nanoseconds: request.stamp_ns,
            pid: request.pid,
            kind: kind?.name ?? "unknown",
            features: space.features(at: request.pattern),
            sourceLoad: Self.load(request.src_load_fp),
            destinationLoad: Self.load(request.dst_load_fp),
            migrates: record.decision == UInt8(MLS_MIGRATE.rawValue)
        )
    }

    private static func load(_ fixedPoint: UInt32) -> Double {
        Double(fixedPoint) / Double(1 << MLS_LOAD_SHIFT)
    }
}

/// One question to the model and its answer.
public struct ObservedRequest: Sendable {
    /// When it was asked: `CLOCK_MONOTONIC`, ns.
    public let nanoseconds: UInt64
    /// The thread that could move.
    public let pid: Int32
    /// Why it could: `wakeup`, `pull` or `imbalance`.
    public let kind: String
    /// What the model was told, with loads in tenths.
    public let features: MigrationFeatures
    /// Load of the domain that it would leave, as measured, 0 – 1.
    public let sourceLoad: Double
    /// Load of the domain that it would enter, as measured, 0 – 1.
    public let destinationLoad: Double
    /// What the model said.
    public let migrates: Bool
}
