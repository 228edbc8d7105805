/// Reads and checks the fields of a model file; every failure names its field and offset.
struct ModelReader {
    /// The whole file.
    let bytes: UnsafeRawBufferPointer

    /// A number of a header or record.
    func read<Value: BitwiseCopyable>(
        _ field: @autoclosure () -> String,
        at offset: Int,
        as type: Value.Type
    ) throws(ModelError) -> Value {
        let end = offset + MemoryLayout<Value>.size
        guard end <= bytes.count else {
            throw wrongSize(field(), expected: end)
        }
        return bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// A count or width, checked against its range.
    func count(
        _ field: @autoclosure () -> String,
        at offset: Int,
        in range: ClosedRange<UInt64>
    ) throws(ModelError) -> Int {
        let value = UInt64(try read(field(), at: offset, as: UInt32.self))
        guard range.contains(value) else {
            throw ModelError(
                field: field(),
                offset: offset,
                reason: .outOfRange(value: value, allowed: range)
            )
        }
        return Int(value)
    }

    /// A float that is neither NaN nor infinite.
    func finite(_ field: @autoclosure () -> String, at offset: Int) throws(ModelError) -> Float {
        let value = try read(field(), at: offset, as: Float.self)
        guard value.isFinite else {
            throw ModelError(field: field(), offset: offset, reason: .notFinite)
        }
        return value
    }

    /// Refuses NaN and infinity in a section, and padding after it that is not zero.
    func checkFloats(
        _ field: @autoclosure () -> String,
        _ section: Section
    ) throws(ModelError) {
        // SAFETY: the caller has checked that the layout ends with the file; sections are
        // aligned to 64 bytes within a buffer that is, and the file's memory holds nothing else.
        let floats = UnsafeBufferPointer(
            rebasing: bytes.assumingMemoryBound(to: Float.self)[
                section.offset / 4..<(section.offset + section.byteCount) / 4
            ]
        )
        // A loop by hand: `firstIndex(where:)` allocates for every element in a debug build.
        for index in 0..<floats.count where !floats[index].isFinite {
            throw ModelError(
                field: "\(field())[\(index)]",
                offset: section.offset + index * 4,
                reason: .notFinite
            )
        }
        try zeros("padding after \(field())", section.offset + section.byteCount..<section.next)
    }

    /// Bytes that have to be zero.
    func zeros(
        _ field: @autoclosure () -> String,
        _ range: Range<Int>
    ) throws(ModelError) {
        guard range.upperBound <= bytes.count else {
            throw wrongSize(field(), expected: range.upperBound)
        }
        for offset in range where bytes[offset] != 0 {
            throw ModelError(field: field(), offset: offset, reason: .notZero)
        }
    }

    /// UTF-8 in a field of fixed size, which NUL bytes fill up.
    func paddedText(
        _ field: @autoclosure () -> String,
        _ range: Range<Int>
    ) throws(ModelError) -> String {
        let end = bytes[range].firstIndex(of: 0) ?? range.upperBound
        guard bytes[end..<range.upperBound].allSatisfy({ $0 == 0 }) else {
            throw ModelError(field: field(), offset: range.lowerBound, reason: .invalidText)
        }
        return try text(field(), range.lowerBound..<end)
    }

    /// UTF-8 that takes up the whole range.
    func text(
        _ field: @autoclosure () -> String,
        _ range: Range<Int>
    ) throws(ModelError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw ModelError(field: field(), offset: range.lowerBound, reason: .invalidText)
        }
        return text
    }

    /// Says that the file ends before a field, or after its last one.
    func wrongSize(_ field: String, expected: Int) -> ModelError {
        ModelError(
            field: field,
            offset: 0,
            reason: .wrongSize(expected: expected, actual: bytes.count)
        )
    }
}
