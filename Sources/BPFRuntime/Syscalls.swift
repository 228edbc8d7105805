import Glibc

/// An open file descriptor, closed with its owner.
struct OwnedDescriptor: ~Copyable, Sendable {
    let raw: Int32

    /// Takes over what a call returned: a descriptor, or -1 and `errno`.
    init(_ result: Int32, _ operation: String, _ name: String) throws(BPFError) {
        guard result >= 0 else {
            throw BPFError(operation: operation, name: name, errno: errno)
        }
        raw = result
    }

    /// A second descriptor of an open file, so that it outlives the first.
    init(duplicating descriptor: Int32, name: String) throws(BPFError) {
        try self.init(fcntl(descriptor, F_DUPFD_CLOEXEC, 3), "duplicate the descriptor of", name)
    }

    deinit {
        close(raw)
    }
}

/// Pages shared with the kernel, unmapped with their owner.
struct Mapping: ~Copyable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    init(
        _ descriptor: Int32,
        byteCount: Int,
        offset: Int = 0,
        writable: Bool,
        name: String
    ) throws(BPFError) {
        let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
        let address = mmap(nil, byteCount, protection, MAP_SHARED, descriptor, offset)
        guard let address, address != MAP_FAILED else {
            throw BPFError(operation: "map the memory of", name: name, errno: errno)
        }
        base = address
        self.byteCount = byteCount
    }

    /// Private memory that takes no room before it is touched.
    init(anonymous byteCount: Int) throws(BPFError) {
        let address = mmap(
            nil,
            byteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0
        )
        guard let address, address != MAP_FAILED else {
            throw BPFError(operation: "allocate", name: "\(byteCount) bytes", errno: errno)
        }
        base = address
        self.byteCount = byteCount
    }

    deinit {
        munmap(base, byteCount)
    }

    /// Size of a page in bytes.
    static var pageSize: Int {
        sysconf(Int32(_SC_PAGESIZE))
    }
}

/// Runs a system call again for as long as a signal interrupts it.
func retryingInterrupts(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        guard result < 0, errno == EINTR else {
            return result
        }
    }
}
