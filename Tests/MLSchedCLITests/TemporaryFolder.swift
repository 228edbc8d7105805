import Glibc
import Testing

/// A folder of its own, which goes away with the value.
struct TemporaryFolder: ~Copyable {
    /// Its path.
    let path: String

    init() throws {
        var template = Array("/tmp/mlsched-test-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        path = try #require(made.map { String(cString: $0) })
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink("\(path)/\(name)")
        }
        closedir(folder)
        rmdir(path)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try Self.write(bytes, to: file)
        return file
    }

    /// Writes a file.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let stream = try #require(fopen(path, "w"), "\(path) cannot be written")
        defer { fclose(stream) }
        try #require(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
    }

    /// Reads a file.
    static func text(of path: String) throws -> String {
        let stream = try #require(fopen(path, "r"), "\(path) cannot be read")
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
