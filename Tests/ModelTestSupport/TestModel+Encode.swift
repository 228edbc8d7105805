internal import MLPInference

extension TestModel {
    /// The model file, written after the format's specification and without the reader's code.
    public func encoded() -> [UInt8] {
        var file = ByteWriter()
        file.bytes = header()
        for feature in features {
            file.text(feature.name, size: 24)
            file.text(feature.unit, size: 16)
            file.float(feature.offset)
            file.float(feature.scale)
        }
        file.pad()
        var inputs = inputCount
        for layer in layers {
            file.word(UInt32(inputs))
            file.word(UInt32(layer.bias.count))
            file.word(layer.activation.code)
            file.float(layer.activation.parameters.alpha)
            file.float(layer.activation.parameters.beta)
            file.word(0)
            inputs = layer.bias.count
        }
        file.pad()
        file.bytes += Array(provenance.utf8)
        file.pad()
        for layer in layers {
            file.section(layer.weights)
            file.section(layer.bias)
        }
        file.section(testInputs)
        file.section(naive(testInputs).map { Float($0) })
        Self.seal(&file.bytes)
        return file.bytes
    }

    /// Writes the true size and checksum into the header, as after a change.
    public static func seal(_ file: inout [UInt8]) {
        guard file.count >= 64 else { return }
        ByteWriter.store(UInt64(file.count), in: &file, at: 16)
        reseal(&file)
    }

    /// Writes the true checksum into the header.
    public static func reseal(_ file: inout [UInt8]) {
        guard file.count >= 64 else { return }
        ByteWriter.store(UInt32(0), in: &file, at: 24)
        ByteWriter.store(CRC32Table.checksum(file), in: &file, at: 24)
    }

    private func header() -> [UInt8] {
        var header = ByteWriter()
        header.bytes = [0x89, 0x4D, 0x4C, 0x57, 0x0D, 0x0A, 0x1A, 0x0A]
        header.word(layers.contains { $0.activation.code > 8 } ? 2 : 1)
        header.word(0x0102_0304)
        header.word(0)
        header.word(0)
        header.word(0)
        header.word(UInt32(features.count))
        header.word(UInt32(layers.count))
        header.word(UInt32(testInputs.count / inputCount))
        header.float(threshold)
        header.word(UInt32(provenance.utf8.count))
        header.pad()
        return header.bytes
    }
}

/// CRC-32 by its definition, a bit at a time.
public func bitwiseCRC32(_ bytes: [UInt8]) -> UInt32 {
    var remainder = ~UInt32(0)
    for byte in bytes {
        remainder ^= UInt32(byte)
        for _ in 0..<8 {
            remainder = (remainder >> 1) ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0)
        }
    }
    return ~remainder
}

/// The same a byte at a time, for tests that need it a million times.
private enum CRC32Table {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { bytes in
            table.withUnsafeBufferPointer { table in
                var remainder = ~UInt32(0)
                for index in 0..<bytes.count {
                    let position = Int(UInt8(truncatingIfNeeded: remainder) ^ bytes[index])
                    remainder = (remainder >> 8) ^ table[position]
                }
                return ~remainder
            }
        }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        var remainder = UInt32(byte)
        for _ in 0..<8 {
            remainder = (remainder >> 1) ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0)
        }
        return remainder
    }
}

/// Appends little-endian numbers and padding.
public struct ByteWriter {
    /// What was written.
    public var bytes: [UInt8] = []

    mutating func word(_ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    mutating func float(_ value: Float) { word(value.bitPattern) }

    mutating func text(_ text: String, size: Int) {
        bytes += Array(text.utf8)
        bytes += Array(repeating: 0, count: size - text.utf8.count)
    }

    mutating func pad() {
        bytes += Array(repeating: 0, count: (64 - bytes.count % 64) % 64)
    }

    mutating func section(_ values: [Float]) {
        for value in values { float(value) }
        pad()
    }

    /// Overwrites a number.
    public static func store<Value: FixedWidthInteger>(
        _ value: Value,
        in bytes: inout [UInt8],
        at offset: Int
    ) {
        withUnsafeBytes(of: value.littleEndian) { source in
            bytes.replaceSubrange(offset..<offset + source.count, with: source)
        }
    }
}
