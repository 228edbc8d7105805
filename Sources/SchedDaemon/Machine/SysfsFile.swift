internal import SystemPackage

/// A small text file of sysfs or procfs.
public struct SysfsFile: Sendable {
    private let path: FilePath

    /// The file at a path.
    public init(_ path: String) {
        self.path = FilePath(path)
    }

    /// Its text without surrounding white space; nil when it cannot be read.
    ///
    /// At most 64 KiB.
    public func text() -> String? {
        try? read()
    }

    /// Whether it is there and may be read.
    var exists: Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly) else { return false }
        try? file.close()
        return true
    }

    /// Writes a text; a file that cannot be written stays as it is.
    func write(_ text: String) {
        guard let file = try? FileDescriptor.open(path, .writeOnly) else { return }
        _ = try? file.closeAfter { try file.writeAll(text.utf8) }
    }

    private func read() throws -> String {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            let bytes = try [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            let space = [UInt8(ascii: " "), UInt8(ascii: "\n"), 0]
            let text = bytes.drop { space.contains($0) }
            let end = text.lastIndex { !space.contains($0) }.map { $0 + 1 } ?? text.startIndex
            return String(decoding: text[..<end], as: UTF8.self)
        }
    }
}
