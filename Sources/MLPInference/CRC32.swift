/// The CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320), as in zlib and PNG.
///
/// Eight bytes a step ("slicing by eight"): Kounavis and Berry, doi 10.1109/ISCC.2005.18.
package struct CRC32 {
    private var remainder = ~UInt32(0)

    /// The checksum of no bytes.
    package init() {}

    /// The checksum of all bytes seen so far.
    package var value: UInt32 { ~remainder }

    /// Takes more bytes into the checksum.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var state = remainder
        var index = 0
        Self.table.withUnsafeBufferPointer { table in
            while index + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let mixed = UInt64(littleEndian: word) ^ UInt64(state)
                state = 0
                for byte in 0..<8 {
                    let value = Int(truncatingIfNeeded: mixed &>> UInt64(8 &* byte)) & 0xFF
                    state ^= table[(7 &- byte) &* 256 &+ value]
                }
                index += 8
            }
            while index < bytes.count {
                state = (state &>> 8) ^ table[Int((state ^ UInt32(bytes[index])) & 0xFF)]
                index += 1
            }
        }
        remainder = state
    }

    /// Row `k` holds the remainders of a byte followed by `k` zero bytes.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var state = UInt32(byte)
            for _ in 0..<8 {
                state = state & 1 == 1 ? (state >> 1) ^ 0xEDB8_8320 : state >> 1
            }
            table[byte] = state
        }
        for index in 256..<table.count {
            let previous = table[index - 256]
            table[index] = (previous >> 8) ^ table[Int(previous & 0xFF)]
        }
        return table
    }()
}
