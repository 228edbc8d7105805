import Glibc
import MLSched

/// A number in few digits, for people: 4 significant ones, with an exponent where that is shorter.
func short(_ value: some BinaryFloatingPoint) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        withVaList([Double(value)]) { arguments in
            // SAFETY: vsnprintf writes at most `count` bytes, of which the last is a zero.
            _ = vsnprintf(start, buffer.count, "%.4g", arguments)
        }
        return String(cString: start)
    }
}

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

/// A number with that many digits after the point.
func fixed(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = "\(scaled % Int(scale))"
    return "\(sign)\(scaled / Int(scale))."
        + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// A time in the unit that people would choose.
func time(_ nanoseconds: UInt64) -> String {
    switch nanoseconds {
    case ..<1000: "\(nanoseconds)ns"
    case ..<1_000_000: fixed(Double(nanoseconds) / 1e3, digits: 1) + "us"
    default: fixed(Double(nanoseconds) / 1e6, digits: 1) + "ms"
    }
}

extension LiveFeature {
    /// A value as it is printed: counts and indices without a point.
    func text(of value: Float) -> String {
        isWhole ? "\(Int(value))" : value.description
    }
}
