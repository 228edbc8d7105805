/// How much a recording holds.
public struct RecordingCounts: Equatable, Sendable {
    /// Context switches.
    public var switches = 0
    /// Wake-ups.
    public var wakeUps = 0
    /// Descriptions of tasks.
    public var tasks = 0
    /// Events and descriptions that were lost, which makes the recording one with holes.
    public var dropped: UInt64 = 0
    /// How long it is.
    public var nanoseconds: UInt64 = 0
    /// Bytes of the file.
    public var bytes = 0

    /// Nothing.
    public init() {}

    /// Switches and wake-ups.
    public var events: Int { switches + wakeUps }

    /// Whether nothing that happened is missing.
    public var isWhole: Bool { dropped == 0 }

    mutating func count(_ event: RecordedEvent) {
        switch event.action {
        case .change: switches += 1
        case .waking: wakeUps += 1
        }
    }
}
