/// Why a recording cannot be written or read.
public struct RecordingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence: what is wrong, with which file, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    static func notOne(_ path: String) -> Self {
        Self("\(path) is no recording: give a file that `mlsched record` has written")
    }

    static func cut(_ path: String) -> Self {
        Self("\(path) ends in the middle: the recording was cut; copy or record it again")
    }

    static func damaged(_ path: String, _ what: String, at offset: Int) -> Self {
        Self("\(path) is damaged: \(what) at byte \(offset); copy or record it again")
    }
}
