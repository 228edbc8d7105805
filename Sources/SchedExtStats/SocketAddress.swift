internal import Glibc

/// The address of a unix socket.
struct SocketAddress {
    private let address: sockaddr_un

    /// Bytes of a path, at most: `sun_path` without its zero.
    static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    init(_ path: String) throws(StatsError) {
        guard path.utf8.count <= Self.longestPath else {
            throw .longPath(path: path, limit: Self.longestPath)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        self.address = address
    }

    /// Calls something like `bind` or `connect` with it.
    func use(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            // SAFETY: `sockaddr_un` is one of the structures that `sockaddr` stands for.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
