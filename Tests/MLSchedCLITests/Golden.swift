import Glibc
import Testing

/// A text that was read by people before it was committed, beside this file in `Goldens`.
///
/// `MLSCHED_UPDATE_GOLDENS=1 swift test --filter MLSchedCLITests` writes the files anew.
struct Golden {
    private let path: String

    init(_ name: String, beside file: String = #filePath) {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        path = folder.joined(separator: "/") + "/Goldens/\(name)"
    }

    /// Expects the text to be the one that was committed.
    func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if getenv("MLSCHED_UPDATE_GOLDENS") != nil {
            try TemporaryFolder.write(Array(text.utf8), to: path)
        }
        let committed = try TemporaryFolder.text(of: path)
        #expect(
            text == committed,
            "read the new text; then MLSCHED_UPDATE_GOLDENS=1 swift test writes it to \(path)",
            sourceLocation: sourceLocation
        )
    }
}
