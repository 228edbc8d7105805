public import Glibc

/// The address of a unix socket.
public struct SocketAddress: Sendable {
    private let address: sockaddr_un
    private let length: socklen_t

    /// Bytes of a path, at most: those of `sun_path` without its zero.
    public static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The address of a file's path, or of an abstract name, which begins with `@`.
    ///
    /// - Throws: `SystemError` with `ENAMETOOLONG` for more than ``longestPath`` bytes.
    public init(_ path: String) throws(SystemError) {
        guard path.utf8.count <= Self.longestPath else {
            throw SystemError("use as a socket's path", path, errno: ENAMETOOLONG)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path.hasPrefix("@")
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: path.utf8)
            if isAbstract { bytes[0] = 0 }
        }
        self.address = address
        // An abstract name ends where the address does, a path at its zero.
        let offset = MemoryLayout<sockaddr_un>.size - Self.longestPath - 1
        length = socklen_t(offset + path.utf8.count + (isAbstract ? 0 : 1))
    }

    /// Calls something like `bind` or `connect` with it.
    ///
    /// - Returns: what that returns.
    public func use<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            // SAFETY: `sockaddr_un` is one of the structures that `sockaddr` stands for.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
