internal import Glibc
internal import LinuxSystem

/// A unix socket that others connect to, with a file of its own that goes with its owner.
struct ListeningSocket: ~Copyable, Sendable {
    let descriptor: OwnedDescriptor
    private let path: String
    private let device: UInt
    private let inode: UInt

    /// Makes the file and listens.
    ///
    /// A file that an earlier server has left behind is replaced; nothing else is touched, and no
    /// link is followed but those above the file's folder.
    ///
    /// - Parameters:
    ///   - path: of the file; its folder is made if it is missing.
    ///   - mode: who may connect, as the file's permissions; nobody may before it is set.
    /// - Throws: `StatsError` for a path that is not safe to use, `SystemError` for what the system
    ///   refuses.
    init(path: String, mode: UInt32) throws {
        let address = try StatsError.address(path)
        try Self.makeFolder(of: path)
        try Self.removeStale(path, address)
        let descriptor = try OwnedDescriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Self.flags, 0),
            "make",
            "a socket"
        )
        let bound = address.use { bind(descriptor.raw, $0, $1) }
        guard bound == 0 else { throw SystemError("make", path, errno: errno) }
        // Before `listen`, so that nobody has connected with the permissions of the umask.
        guard chmod(path, mode) == 0 else { throw SystemError("protect", path, errno: errno) }
        var status = stat()
        guard lstat(path, &status) == 0, listen(descriptor.raw, Self.backlog) == 0 else {
            throw SystemError("listen on", path, errno: errno)
        }
        device = status.st_dev
        inode = status.st_ino
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        // Not if somebody else has put a file of theirs there.
        var status = stat()
        if lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode {
            unlink(path)
        }
    }

    /// The next connection that waits; nil when there is none.
    borrowing func accept() -> OwnedDescriptor? { .accepted(by: descriptor) }

    private static let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    private static let backlog: Int32 = 16

    private static func makeFolder(of path: String) throws {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard !folder.isEmpty else { return }
        for (index, character) in folder.enumerated() where character == "/" && index > 0 {
            mkdir(String(folder.prefix(index)), 0o755)
        }
        mkdir(folder, 0o755)
        var status = stat()
        guard stat(folder, &status) == 0 else { throw SystemError("make", folder, errno: errno) }
        let isOthers = status.st_uid != geteuid() && status.st_uid != 0
        // In a sticky folder, such as /tmp, others cannot replace the file.
        let isOpen = status.st_mode & 0o022 != 0 && status.st_mode & 0o1000 == 0
        guard !isOthers, !isOpen else { throw StatsError.unsafeFolder(path: folder) }
    }

    private static func removeStale(_ path: String, _ address: SocketAddress) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & UInt32(S_IFMT) == UInt32(S_IFSOCK) else {
            throw StatsError.notASocket(path: path)
        }
        let probe = try OwnedDescriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | flags, 0),
            "make",
            "a socket"
        )
        let result = address.use { connect(probe.raw, $0, $1) }
        guard result != 0, errno == ECONNREFUSED else { throw StatsError.inUse(path: path) }
        guard unlink(path) == 0 else { throw SystemError("remove", path, errno: errno) }
    }
}
