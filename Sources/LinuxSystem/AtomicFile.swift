internal import Glibc

/// A file that has its name only when it is whole: until then it is written beside it.
public struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isFinished = false

    /// Why a file cannot be written, in one sentence.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// The sentence.
        public let description: String
        /// Whether it was created and then could not be written, as on a full disk.
        public let hadBegun: Bool

        init(_ path: String, _ operation: String, hadBegun: Bool = true) {
            self.hadBegun = hadBegun
            let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
            description = "\(path) cannot be \(operation): \(reason)"
        }
    }

    /// Creates a file beside the one that it becomes.
    public init(_ path: String) throws(Failure) {
        self.path = path
        temporary = "\(path).\(getpid()).part"
        // Nobody else reads along before the whole is there.
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(path, "created", hadBegun: false) }
    }

    /// Adds bytes.
    public func write(_ bytes: some Collection<UInt8>) throws(Failure) {
        let bytes = ContiguousArray(bytes)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { rest in
                // SAFETY: writes at most the bytes from `written` on.
                Glibc.write(
                    descriptor,
                    rest.baseAddress.map { $0 + written },
                    rest.count - written
                )
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw Failure(path, "written")
            }
        }
    }

    /// Gives the file its name, in place of one that has it.
    public mutating func finish() throws(Failure) {
        guard fsync(descriptor) == 0 || errno == EINVAL, rename(temporary, path) == 0 else {
            throw Failure(path, "written")
        }
        isFinished = true
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(temporary) }
    }
}
