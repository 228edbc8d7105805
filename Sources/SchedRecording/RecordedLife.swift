/// What one task did from its birth, or the recording's beginning, to its end, or the recording's.
public struct RecordedLife: Equatable, Sendable {
    /// Something that a task does.
    public enum Step: Equatable, Sendable {
        /// Uses a CPU for this many nanoseconds.
        case run(UInt64)
        /// Sleeps for this many nanoseconds: until something from outside came, such as a timer or a
        /// disk.
        case sleep(UInt64)
        /// Sleeps until another task wakes it; goes on at once when one has done so already.
        case take
        /// Wakes the life at an index.
        case give(Int)
        /// Begins the life at an index.
        case fork(Int)
    }

    /// What is known of it; the largest memory that it was seen with.
    public var task: RecordedTask
    /// Whether one of the lives forks it; the others are there from the beginning.
    public var isForked: Bool
    /// What it does.
    public var steps: [Step]

    /// A life given in full.
    public init(task: RecordedTask, isForked: Bool, steps: [Step]) {
        self.task = task
        self.isForked = isForked
        self.steps = steps
    }

    /// Adds a stretch of running to the one before, if that is what was last.
    mutating func run(for nanoseconds: UInt64) {
        guard nanoseconds > 0 else { return }
        if case .run(let before) = steps.last {
            steps[steps.count - 1] = .run(before + nanoseconds)
        } else {
            steps.append(.run(nanoseconds))
        }
    }
}
