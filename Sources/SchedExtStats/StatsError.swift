internal import LinuxSystem

/// Why statistics cannot be served or read.
public enum StatsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process serves there already.
    case inUse(path: String)
    /// Something is there that is no socket.
    case notASocket(path: String)
    /// The folder belongs to somebody else, or others may write to it.
    case unsafeFolder(path: String)
    /// A path is longer than a socket's may be.
    case longPath(path: String, limit: Int)
    /// Nobody serves there.
    case notServed(path: String, reason: String)
    /// The server has ended the connection, or takes too long.
    case disconnected(path: String)
    /// The answer is not of the protocol.
    case badAnswer(path: String)
    /// The server refuses to answer.
    case refused(errno: Int32, sentence: String)

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .inUse(let path):
            "somebody serves statistics on \(path): stop that first, or choose another path"
        case .notASocket(let path):
            "\(path) is there and is no socket: choose another path"
        case .unsafeFolder(let path):
            "others may put files into \(path): choose a folder that only its owner writes to"
        case .longPath(let path, let limit):
            "\(path) is longer than the \(limit) bytes that a socket's path may have"
        case .notServed(let path, let reason):
            "nobody serves statistics on \(path) (\(reason)): is `mlsched run` running?"
        case .disconnected(let path):
            "the connection to \(path) has ended: is `mlsched run` still running?"
        case .badAnswer(let path):
            "what answers on \(path) does not speak the protocol of scx_stats"
        case .refused(let errno, let sentence):
            "the server refuses to answer: \(sentence) (error \(errno))"
        }
    }
}

extension StatsError {
    /// The address of a path.
    static func address(_ path: String) throws(StatsError) -> SocketAddress {
        guard let address = try? SocketAddress(path) else {
            throw .longPath(path: path, limit: SocketAddress.longestPath)
        }
        return address
    }
}
