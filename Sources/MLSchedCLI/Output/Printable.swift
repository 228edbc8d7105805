/// Text out of a file, fit for a terminal: control characters are replaced.
func printable(_ text: some StringProtocol) -> String {
    let shown = text.unicodeScalars.map { scalar in
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
    }
    return String(shown)
}

/// The beginning of some input in quotes, for a message about it.
func excerpt(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int = 32) -> String {
    let text = printable(String(decoding: bytes.prefix(limit), as: UTF8.self))
    return "'\(text)\(bytes.count > limit ? "…" : "")'"
}
