internal import Glibc

/// Pages of memory, shared with the kernel or private, unmapped with their owner.
public struct Mapping: ~Copyable {
    /// The first byte.
    public let base: UnsafeMutableRawPointer
    /// How many bytes there are.
    public let byteCount: Int

    /// Shares the pages behind a descriptor.
    ///
    /// - Parameters:
    ///   - descriptor: of a file or a BPF map; may be closed afterwards.
    ///   - byteCount: how much to map.
    ///   - offset: from where, in bytes, a multiple of ``pageSize``.
    ///   - writable: whether this process may write.
    ///   - name: of what, for the error.
    /// - Throws: `SystemError` with what `mmap` says.
    public init(
        _ descriptor: Int32,
        byteCount: Int,
        offset: Int = 0,
        writable: Bool,
        name: String
    ) throws(SystemError) {
        try self.init(
            byteCount,
            writable ? PROT_READ | PROT_WRITE : PROT_READ,
            MAP_SHARED,
            descriptor,
            offset,
            "map the memory of",
            name
        )
    }

    /// Private memory that takes no room before it is touched.
    ///
    /// - Throws: `SystemError` with `ENOMEM`.
    public init(anonymous byteCount: Int) throws(SystemError) {
        try self.init(
            byteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0,
            "allocate",
            "\(byteCount) bytes"
        )
    }

    private init(
        _ byteCount: Int,
        _ protection: Int32,
        _ flags: Int32,
        _ descriptor: Int32,
        _ offset: Int,
        _ operation: String,
        _ name: String
    ) throws(SystemError) {
        let address = mmap(nil, byteCount, protection, flags, descriptor, offset)
        guard let address, address != MAP_FAILED else {
            throw SystemError(operation, name, errno: errno)
        }
        base = address
        self.byteCount = byteCount
    }

    deinit {
        munmap(base, byteCount)
    }

    /// Size of a page in bytes.
    public static var pageSize: Int {
        sysconf(Int32(_SC_PAGESIZE))
    }
}
