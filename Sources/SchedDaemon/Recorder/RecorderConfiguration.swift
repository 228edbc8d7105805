/// What a user can choose about one recording.
public struct RecorderConfiguration: Equatable, Sendable {
    /// Where the file goes, once the recording is over.
    public var path: String
    /// When to stop by itself; nil: never.
    public var duration: Duration?
    /// Write the names of tasks, not only their hashes.
    public var keepsNames = false
    /// A program and its arguments, with whose end the recording ends; empty: none.
    public var command: [String] = []
    /// Let the kernel measure the recorder's programs, which makes all programs a bit slower.
    public var measuresOverhead = false

    /// A recording of everything until somebody stops it.
    public init(path: String) {
        self.path = path
    }
}
