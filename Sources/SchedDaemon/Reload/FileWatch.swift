internal import Glibc

/// Notices that a file was replaced or changed, by looking at it now and then.
///
/// Sees a replacement by rename, which is how `mlsched-export` writes, as well as one in place.
struct FileWatch: Sendable {
    private let path: String
    private var last: Identity?

    /// What changes when a file is written or another takes its name.
    private struct Identity: Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// Remembers the file as it is now.
    init(_ path: String) {
        self.path = path
        last = Self.identity(of: path)
    }

    /// Whether another file is there than at the last call; a missing one is not another.
    mutating func sawChange() -> Bool {
        guard let now = Self.identity(of: path), now != last else { return false }
        last = now
        return true
    }

    private static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(
            device: status.st_dev,
            inode: status.st_ino,
            size: status.st_size,
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec
        )
    }
}
