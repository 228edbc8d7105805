import Glibc

/// Decimal numbers in text, read in place.
///
/// The text must be followed by a byte that ends a number, as a comma or 0 does. The program never
/// sets a locale, so the decimal point is a point.
enum NumberText {
    /// The nearest float, `inf` and `nan` included; nil where the text is not one number.
    static func float(_ text: UnsafeBufferPointer<UInt8>) -> Float? {
        parse(text, with: strtof)
    }

    /// A whole number, written as `4`, `4.0` or `4e0`; nil where the text is not one.
    static func int(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        parse(text, with: strtod).flatMap { Int(exactly: $0) }
    }

    private static func parse<Value>(
        _ text: UnsafeBufferPointer<UInt8>,
        with convert: (
            UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        ) -> Value
    ) -> Value? {
        // Leaves out what strtof would take but is no decimal number: space, 0x1p3, nan(1).
        guard let base = text.baseAddress, !text.isEmpty, text.allSatisfy(isAllowed) else {
            return nil
        }
        return base.withMemoryRebound(to: CChar.self, capacity: text.count) { start in
            var end: UnsafeMutablePointer<CChar>?
            // SAFETY: stops at the byte after the text at the latest, which ends a number.
            let value = convert(start, &end)
            return end == UnsafeMutablePointer(mutating: start + text.count) ? value : nil
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default:
            "einfatyEINFATY".utf8.contains(byte)
        }
    }
}
