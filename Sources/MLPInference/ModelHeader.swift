/// The first section of a model file, checked, checksum included.
struct ModelHeader {
    let version: UInt32
    let checksum: UInt32
    let featureCount: Int
    let layerCount: Int
    let testVectorCount: Int
    let threshold: Float
    let provenanceSize: Int

    /// Reads the header and compares the checksum.
    ///
    /// - Throws: `ModelError` for the first field that is wrong.
    init(_ reader: ModelReader) throws(ModelError) {
        version = try Self.checkIdentity(reader)
        checksum = try Self.checkChecksum(reader)
        featureCount = try reader.count("features", at: 28, in: ModelFormat.featureCounts)
        layerCount = try reader.count("layers", at: 32, in: ModelFormat.layerCounts)
        testVectorCount = try reader.count(
            "test vectors",
            at: 36,
            in: ModelFormat.testVectorCounts
        )
        threshold = try reader.finite("threshold", at: 40)
        provenanceSize = try reader.count(
            "provenance",
            at: 44,
            in: ModelFormat.provenanceSizes
        )
        try reader.zeros("reserved", 48..<64)
    }

    private static func checkIdentity(_ reader: ModelReader) throws(ModelError) -> UInt32 {
        guard reader.bytes.count >= 8,
            try reader.read("magic", at: 0, as: UInt64.self) == ModelFormat.magic
        else {
            throw ModelError(field: "magic", offset: 0, reason: .notAModel)
        }
        let version = try reader.read("version", at: 8, as: UInt32.self)
        guard ModelFormat.versions.contains(version) else {
            throw ModelError(field: "version", offset: 8, reason: .unsupportedVersion(version))
        }
        let mark = try reader.read("byte order mark", at: 12, as: UInt32.self)
        guard mark == ModelFormat.byteOrderMark else {
            throw ModelError(field: "byte order mark", offset: 12, reason: .wrongByteOrder)
        }
        let size = try reader.read("file size", at: 16, as: UInt64.self)
        guard size == UInt64(reader.bytes.count), size >= UInt64(ModelFormat.headerSize) else {
            let expected = max(Int(clamping: size), ModelFormat.headerSize)
            throw ModelError(
                field: "file size",
                offset: 16,
                reason: .wrongSize(expected: expected, actual: reader.bytes.count)
            )
        }
        return version
    }

    private static func checkChecksum(_ reader: ModelReader) throws(ModelError) -> UInt32 {
        let offset = ModelFormat.checksumOffset
        let stored = try reader.read("checksum", at: offset, as: UInt32.self)
        let computed = ModelFormat.checksum(of: reader.bytes)
        guard stored == computed else {
            throw ModelError(
                field: "checksum",
                offset: offset,
                reason: .checksumMismatch(stored: stored, computed: computed)
            )
        }
        return stored
    }
}

extension ModelFormat {
    /// The CRC-32 of a file, whatever its checksum field holds.
    ///
    /// - Precondition: the bytes hold a header.
    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = CRC32()
        crc.update(UnsafeRawBufferPointer(rebasing: bytes[..<checksumOffset]))
        withUnsafeBytes(of: UInt32(0)) { crc.update($0) }
        crc.update(UnsafeRawBufferPointer(rebasing: bytes[(checksumOffset + 4)...]))
        return crc.value
    }
}
