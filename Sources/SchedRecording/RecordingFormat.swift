/// The numbers of the file format, which the article RecordingFormat specifies.
enum RecordingFormat {
    /// `MLSREC`, and a line's end that a transfer as text would change.
    static let magic: [UInt8] = Array("MLSREC\r\n".utf8)
    /// Changes whenever an older reader would misread a newer file.
    static let version: UInt32 = 1
    /// Magic and version.
    static let headerSize = 12
    /// Type and length of a section.
    static let sectionHeaderSize = 5
    /// Events that a recording holds at most: what can be sorted in a GiB of memory.
    static let maximumEvents = 1 << 25
    /// Descriptions of tasks that it holds at most.
    static let maximumTasks = 1 << 20
    /// CPU ids, exclusive bound.
    static let maximumCPUs = 1024

    enum Section: UInt8 {
        case machine = 1
        case task = 2
        case events = 3
        case end = 4
    }

    /// The first byte of an event.
    enum EventHead {
        /// Bits 0 – 2.
        static let action: UInt8 = 7
        /// Bits 3 – 5.
        static let mannerShift: UInt8 = 3
        /// The task that the last change of the section brought is the one that leaves, or wakes.
        static let isCurrent: UInt8 = 1 << 6
    }

    /// Flags of a task's description.
    enum TaskFlag {
        static let kernelThread: UInt64 = 1
        static let recorder: UInt64 = 2
        static let runnable: UInt64 = 4
    }
}
