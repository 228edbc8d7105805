import Glibc

/// Why nothing could be embedded, in one sentence.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The whole of a file.
func readFile(_ path: String) throws(Failure) -> [UInt8] {
    guard let file = fopen(path, "r") else {
        throw Failure("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
        bytes.append(contentsOf: chunk[..<count])
    }
    guard ferror(file) == 0 else {
        throw Failure("cannot read \(path)")
    }
    return bytes
}

/// Replaces a file.
func writeFile(_ path: String, _ bytes: [UInt8]) throws(Failure) {
    guard let file = fopen(path, "w") else {
        throw Failure("cannot create \(path): \(String(cString: strerror(errno)))")
    }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
        throw Failure("cannot write \(path); is the disk full?")
    }
}
