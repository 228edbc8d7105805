internal import Glibc

/// The bytes of a model file, 64-byte aligned and never written after `init`.
///
/// They are a copy. A mapping of the file itself would not be safe to compute with: whoever may
/// write the file can shorten it, and the next load from a lost page is a SIGBUS in the daemon;
/// or alter it in place, and weights that were checked are no longer those that are used. Linux
/// offers no seal for files on disk that would exclude either. A model is read once and is small,
/// so the copy costs microseconds. Weights are used in place within it.
final class ModelBytes: @unchecked Sendable {
    // @unchecked: the memory is written by `init` alone and freed by `deinit` alone.

    /// The first byte.
    let start: UnsafeRawPointer
    /// All bytes of the file.
    let bytes: UnsafeRawBufferPointer

    /// A copy of bytes in memory.
    ///
    /// - Throws: `ModelError` with `tooLarge`, or `unreadable` where memory is exhausted.
    init(copying source: UnsafeRawBufferPointer) throws(ModelError) {
        let target = try Self.allocate(source.count)
        UnsafeMutableRawBufferPointer(start: target, count: source.count)
            .copyMemory(from: source)
        start = UnsafeRawPointer(target)
        bytes = UnsafeRawBufferPointer(start: target, count: source.count)
    }

    /// The bytes of a regular file, which are read once.
    ///
    /// - Throws: `ModelError`: `unreadable`, `notARegularFile`, `tooLarge`, or `wrongSize` where
    ///   the file shrinks meanwhile.
    init(readingFrom path: String) throws(ModelError) {
        // A FIFO without a writer would block without O_NONBLOCK; regular files ignore it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .file(.unreadable(errno: errno)) }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(.unreadable(errno: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .file(.notARegularFile) }
        try Self.checkMagic(descriptor, fileSize: Int(status.st_size))

        let size = Int(status.st_size)
        let target = try Self.allocate(size)
        start = UnsafeRawPointer(target)
        bytes = UnsafeRawBufferPointer(start: target, count: size)
        // From here on `deinit` frees the memory, whatever is thrown.
        let count = try Self.read(
            descriptor,
            into: UnsafeMutableRawBufferPointer(start: target, count: size)
        )
        guard count == size else { throw .file(.wrongSize(expected: size, actual: count)) }
    }

    deinit { free(UnsafeMutableRawPointer(mutating: start)) }

    /// Refuses a film or a disk image before it is read whole.
    private static func checkMagic(_ descriptor: Int32, fileSize: Int) throws(ModelError) {
        var magic: UInt64 = 0
        let count = pread(descriptor, &magic, MemoryLayout<UInt64>.size, 0)
        guard count >= 0 else { throw .file(.unreadable(errno: errno)) }
        guard fileSize >= 8, count == 8, UInt64(littleEndian: magic) == ModelFormat.magic else {
            throw .file(.notAModel)
        }
    }

    /// Fills the buffer from the file's start; less only where the file ends early.
    private static func read(
        _ descriptor: Int32,
        into target: UnsafeMutableRawBufferPointer
    ) throws(ModelError) -> Int {
        var filled = 0
        while filled < target.count {
            // SAFETY: writes at most the rest of the buffer, from `filled` on.
            let count = pread(
                descriptor,
                target.baseAddress.map { $0 + filled },
                target.count - filled,
                off_t(filled)
            )
            if count < 0 {
                guard errno == EINTR else { throw .file(.unreadable(errno: errno)) }
                continue
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    private static func allocate(_ byteCount: Int) throws(ModelError) -> UnsafeMutableRawPointer {
        guard byteCount <= ModelFormat.maximumByteCount else {
            throw .file(.tooLarge(limit: ModelFormat.maximumByteCount))
        }
        var memory: UnsafeMutableRawPointer?
        let result = posix_memalign(&memory, ModelFormat.alignment, max(byteCount, 1))
        guard result == 0, let memory else { throw .file(.unreadable(errno: result)) }
        return memory
    }
}

extension ModelError {
    /// A refusal of the file as a whole.
    fileprivate static func file(_ reason: Reason) -> ModelError {
        ModelError(field: "file", offset: 0, reason: reason)
    }
}

/// The system's words for an error number.
func systemMessage(_ errno: Int32) -> String {
    strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
}
