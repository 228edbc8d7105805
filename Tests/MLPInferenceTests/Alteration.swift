import MLPInference
import ModelTestSupport

/// A change to one field of a sound file, and how it has to be refused.
struct Alteration: CustomStringConvertible {
    var description: String
    /// Overwrites the field; the checksum is made to fit unless it is the field.
    var apply: @Sendable (inout [UInt8]) -> Void
    var field: String
    var reason: ModelError.Reason
    var reportedOffset: Int?

    /// A number in place of another.
    static func number<Value: FixedWidthInteger & Sendable>(
        _ value: Value,
        at offset: Int,
        _ field: String,
        _ reason: ModelError.Reason,
        reportedAt: Int? = nil,
        sealed: Bool = true
    ) -> Alteration {
        Alteration(
            description: "\(field) = \(value)",
            apply: { file in
                ByteWriter.store(value, in: &file, at: offset)
                if sealed { TestModel.reseal(&file) }
            },
            field: field,
            reason: reason,
            reportedOffset: reportedAt ?? offset
        )
    }

    /// Bytes in place of others.
    static func text(
        _ text: String,
        at offset: Int,
        _ field: String,
        reason: ModelError.Reason = .invalidText
    ) -> Alteration {
        bytes(Array(text.utf8), at: offset, field, reason, reportedAt: offset)
    }

    /// Bytes in place of others.
    static func bytes(
        _ bytes: [UInt8],
        at offset: Int,
        _ field: String,
        _ reason: ModelError.Reason,
        reportedAt: Int? = nil
    ) -> Alteration {
        Alteration(
            description: "\(field) = \(bytes)",
            apply: { file in
                file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
                TestModel.reseal(&file)
            },
            field: field,
            reason: reason,
            reportedOffset: reportedAt ?? offset
        )
    }
}

/// 2→3→1 with two features: features at 64, layers at 192, provenance at 256, weights of 24
/// bytes at 320, their bias at 384, the next weights at 448, the next bias at 512, test inputs
/// (3, 2) at 576, test outputs at 640; 704 bytes.
let alterationBase = TestModel(widths: [2, 3, 1], activations: [.relu, .sigmoid])

private let nan = Float.nan.bitPattern
private let infinity = Float.infinity.bitPattern
private let one = Float(1).bitPattern

/// One for each check of the reader.
let alterations: [Alteration] = header + records + sections

private let header: [Alteration] = [
    .number(UInt8(0x88), at: 0, "magic", .notAModel),
    .number(UInt8(0x0D), at: 7, "magic", .notAModel, reportedAt: 0),
    .number(UInt32(0), at: 8, "version", .unsupportedVersion(0)),
    .number(UInt32(3), at: 8, "version", .unsupportedVersion(3)),
    .number(UInt32(0x0403_0201), at: 12, "byte order mark", .wrongByteOrder),
    .number(UInt64(703), at: 16, "file size", .wrongSize(expected: 703, actual: 704)),
    .number(
        UInt64.max,
        at: 16,
        "file size",
        .wrongSize(expected: Int.max, actual: 704)
    ),
    .number(UInt64(1) << 60, at: 16, "file size", .wrongSize(expected: 1 << 60, actual: 704)),
    .number(UInt32(0), at: 28, "features", .outOfRange(value: 0, allowed: 1...4096)),
    .number(UInt32(4097), at: 28, "features", .outOfRange(value: 4097, allowed: 1...4096)),
    .number(UInt32(0), at: 32, "layers", .outOfRange(value: 0, allowed: 1...1024)),
    .number(UInt32(1025), at: 32, "layers", .outOfRange(value: 1025, allowed: 1...1024)),
    .number(UInt32(0), at: 36, "test vectors", .outOfRange(value: 0, allowed: 1...65536)),
    .number(
        UInt32.max,
        at: 36,
        "test vectors",
        .outOfRange(value: UInt64(UInt32.max), allowed: 1...65536)
    ),
    .number(nan, at: 40, "threshold", .notFinite),
    .number(
        UInt32(65_537),
        at: 44,
        "provenance",
        .outOfRange(value: 65_537, allowed: 0...65536)
    ),
    .number(UInt8(1), at: 63, "reserved", .notZero),
    // Counts within their ranges that promise more than the file has.
    .number(
        UInt32(4096),
        at: 28,
        "features",
        .wrongSize(expected: 64 + 4096 * 48, actual: 704),
        reportedAt: 0
    ),
    .number(
        UInt32(1024),
        at: 32,
        "layers",
        .wrongSize(expected: 192 + 1024 * 24, actual: 704),
        reportedAt: 0
    ),
    .number(
        UInt32(65_536),
        at: 36,
        "file",
        .wrongSize(expected: 576 + 65_536 * 8 + 65_536 * 4, actual: 704),
        reportedAt: 0
    ),
]

private let records: [Alteration] = [
    .text("CPU", at: 64, "features[0].name"),
    .bytes(Array(repeating: 0, count: 24), at: 64, "features[0].name", .invalidText),
    .text("a\0b", at: 64, "features[0].name"),
    .bytes([0xC3, 0x28], at: 64, "features[0].name", .invalidText),
    .text("f0", at: 112, "features[1].name", reason: .duplicateName("f0")),
    .bytes([0xFF], at: 88, "features[0].unit", .invalidText),
    .text("\0s", at: 88, "features[0].unit"),
    .number(infinity, at: 104, "features[0].offset", .notFinite),
    .number(nan, at: 108, "features[0].scale", .notFinite),
    .number(UInt8(1), at: 160, "padding after features", .notZero),
    .number(UInt32(0), at: 192, "layers[0].inputs", .outOfRange(value: 0, allowed: 1...65536)),
    .number(
        UInt32(65_537),
        at: 196,
        "layers[0].outputs",
        .outOfRange(value: 65_537, allowed: 1...65536)
    ),
    .number(UInt32(3), at: 192, "layers[0].inputs", .widthMismatch(expected: 2, actual: 3)),
    .number(UInt32(4), at: 216, "layers[1].inputs", .widthMismatch(expected: 3, actual: 4)),
    .number(UInt32(9), at: 200, "layers[0].activation", .unknownActivation(9)),
    .number(infinity, at: 204, "layers[0].alpha", .notFinite),
    .number(one, at: 204, "layers[0].alpha", .notZero),
    .number(nan, at: 208, "layers[0].beta", .notFinite),
    .number(one, at: 208, "layers[0].beta", .notZero),
    .number(UInt32(1), at: 212, "layers[0].reserved", .notZero),
    .number(UInt8(1), at: 240, "padding after layers", .notZero),
]

private let sections: [Alteration] = [
    .bytes([0xFE], at: 256, "provenance", .invalidText),
    .number(UInt8(1), at: 319, "padding after provenance", .notZero),
    .number(nan, at: 324, "layers[0].weights[1]", .notFinite),
    .number(UInt8(1), at: 344, "padding after layers[0].weights", .notZero),
    .number(infinity, at: 392, "layers[0].bias[2]", .notFinite),
    .number(UInt8(1), at: 396, "padding after layers[0].bias", .notZero),
    .number(nan, at: 448, "layers[1].weights[0]", .notFinite),
    .number(nan, at: 512, "layers[1].bias[0]", .notFinite),
    .number(nan, at: 596, "test inputs[5]", .notFinite),
    .number(UInt8(1), at: 639, "padding after test inputs", .notZero),
    .number(infinity, at: 640, "test outputs[0]", .notFinite),
    .number(UInt8(1), at: 703, "padding after test outputs", .notZero),
]
