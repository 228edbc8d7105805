/// Reads what `ByteWriter` has written, from bytes that may be hostile.
struct ByteReader {
    private let bytes: [UInt8]
    private let end: Int
    /// Where it reads next.
    private(set) var offset: Int

    /// Reads some of the bytes, which are at most those that there are.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    /// Bytes left.
    var count: Int { end - offset }

    /// A byte; nil at the end.
    mutating func byte() -> UInt8? {
        guard offset < end else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A number of at most 64 bits; nil when it is longer or cut.
    mutating func number() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = byte() else { return nil }
            let digit = UInt64(byte & 0x7F)
            guard shift < 63 || digit <= 1 else { return nil }
            value |= digit << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// A number below a bound; nil for others.
    mutating func number<Integer: FixedWidthInteger>(
        upTo maximum: Integer = .max
    ) -> Integer? {
        guard let value = number(), let number = Integer(exactly: value), number <= maximum else {
            return nil
        }
        return number
    }

    /// A text of at most 255 bytes in UTF-8; nil for others.
    mutating func text() -> String? {
        guard let length: Int = number(upTo: 255), length <= count else { return nil }
        defer { offset += length }
        return String(validating: bytes[offset..<offset + length], as: UTF8.self)
    }

    /// Four bytes, low ones first; nil when there are fewer.
    mutating func fixed() -> UInt32? {
        guard count >= 4 else { return nil }
        defer { offset += 4 }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
}
