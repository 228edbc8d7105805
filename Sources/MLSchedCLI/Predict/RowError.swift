/// What is wrong with one line of input; whoever reads the lines knows which one it is.
struct RowError: Error, Equatable {
    /// A sentence without its beginning, which names the line.
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

/// Text out of the input, fit for a message: cut, and nothing in it that a terminal would obey.
func excerpt(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int = 32) -> String {
    let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    let shown = text.unicodeScalars.map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
    }
    return "'\(String(shown))\(bytes.count > limit ? "…" : "")'"
}
