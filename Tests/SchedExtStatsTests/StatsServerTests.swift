import Glibc
import LinuxSystem
import SchedExtStats
import Testing

/// A folder of its own for each test, removed with it.
final class SocketFolder {
    let path: String
    var socket: String { "\(path)/root/stats" }

    init() throws {
        var template = Array("/tmp/mlsched-stats-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        unlink(socket)
        rmdir("\(path)/root")
        rmdir(path)
    }
}

/// A client that says what it likes.
private final class RawClient {
    let descriptor: OwnedDescriptor

    init(_ path: String) throws {
        descriptor = try OwnedDescriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0),
            "make",
            "a socket"
        )
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor.raw, SOL_SOCKET, option, &limit, size)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor.raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw SystemError("connect to", path, errno: errno) }
    }

    /// Whether all of it was taken.
    func say(_ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                send(descriptor.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// What comes until the end of the line or of the connection.
    func hear() -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while recv(descriptor.raw, &byte, 1, 0) == 1, byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite struct StatsServerTests {
    private let folder: SocketFolder

    init() throws {
        folder = try SocketFolder()
    }

    /// Counts the questions of each connection.
    private func server(limit: Int = 64, mode: UInt32 = 0o660) throws -> StatsServer {
        let structure = StatsStructure(
            "Test",
            desc: "a test",
            isTop: true,
            prefix: "test_",
            fields: ["count": StatsField("u64", desc: "questions of this connection")]
        )
        return try StatsServer(
            path: folder.socket,
            mode: mode,
            structures: [structure],
            limit: limit
        ) {
            var count: UInt64 = 0
            return { target in
                guard target == "top" else {
                    return .failure(.init(errno: EINVAL, "no such target"))
                }
                count += 1
                return .success(.table(["count": .integer(count)]))
            }
        }
    }

    @Test("a client gets values and what they mean, and each connection has a state of its own")
    func answers() throws {
        let server = try server()
        defer { server.stop() }
        var first = try StatsClient(path: folder.socket)
        var second = try StatsClient(path: folder.socket)
        #expect(try first.statistics()["count"] == .integer(1))
        #expect(try first.statistics()["count"] == .integer(2))
        #expect(try second.statistics()["count"] == .integer(1))
        let structure = try #require(try second.metadata()["Test"])
        #expect(structure.top == "true" && structure.prefix == "test_")
        #expect(structure.fields["count"]?.datum == .plain("u64"))
    }

    @Test("the bytes on the wire are those of scx_stats")
    func wire() throws {
        let server = try server()
        defer { server.stop() }
        let client = try RawClient(folder.socket)
        #expect(client.say(#"{"req":"stats","args":{"target":"top"}}"# + "\n"))
        #expect(client.hear() == #"{"args":{"resp":{"count":1}},"errno":0}"#)
        #expect(client.say(#"{"req":"stats_meta"}"# + "\n"))
        #expect(client.hear().contains(#""fields":{"count":{"datum":"u64","desc":"#))
    }

    @Test(
        "what is no question gets an errno, and the connection goes on",
        arguments: [
            "", "{", "[]", "null", #"{"req":7}"#, #"{"req":"no"}"#, "\u{0}\u{7f}é", "1e999",
        ]
    )
    func garbage(line: String) throws {
        let server = try server()
        defer { server.stop() }
        let client = try RawClient(folder.socket)
        #expect(client.say(line + "\n" + #"{"req":"stats","args":{"target":"none"}}"# + "\n"))
        if !line.isEmpty { #expect(client.hear().contains(#""errno":22"#)) }
        #expect(client.hear() == #"{"args":{"resp":"no such target"},"errno":22}"#)
        #expect(client.say(#"{"req":"stats"}"# + "\n"))
        #expect(client.hear().contains(#""count":1"#))
    }

    @Test("a line without an end costs its sender the connection, and nobody else anything")
    func endless() throws {
        let server = try server()
        defer { server.stop() }
        let client = try RawClient(folder.socket)
        let block = String(repeating: "x", count: 1 << 16)
        var taken = 0
        while taken < 1 << 10, client.say(block) { taken += 1 }
        #expect(taken < 32)
        var other = try StatsClient(path: folder.socket)
        #expect(try other.statistics()["count"] == .integer(1))
    }

    @Test("clients that ask and never read keep nobody waiting")
    func deaf() throws {
        let server = try server()
        defer { server.stop() }
        let question = #"{"req":"stats_meta"}"# + "\n"
        let deaf = try RawClient(folder.socket)
        _ = fcntl(deaf.descriptor.raw, F_SETFL, O_NONBLOCK)
        for _ in 0..<20_000 where !deaf.say(question) { break }
        var other = try StatsClient(path: folder.socket)
        for number in 1...100 {
            #expect(try other.statistics()["count"] == .integer(UInt64(number)))
        }
    }

    @Test("ten thousand connections push out the idle ones, and leak no files")
    func crowd() throws {
        let server = try server(limit: 4)
        defer { server.stop() }
        var regular = try StatsClient(path: folder.socket)
        for _ in 0..<100 { _ = try RawClient(folder.socket) }
        let before = Self.openDescriptors
        for round in 1...10_000 {
            let guest = try RawClient(folder.socket)
            _ = guest.say(round % 2 == 0 ? "{" : "")
            // Whoever asks is not idle, and stays.
            if round % 2 == 0 { #expect(try regular.statistics()["count"] != nil) }
        }
        #expect(Self.openDescriptors <= before + 6)
    }

    @Test("the socket's file has the permissions that were told, and goes with the server")
    func file() throws {
        var status = stat()
        do {
            let server = try server(mode: 0o600)
            #expect(lstat(folder.socket, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
            server.stop()
        }
        #expect(lstat(folder.socket, &status) != 0)
    }

    @Test("a file that a dead server has left is taken over; a living one's is not")
    func stale() throws {
        mkdir("\(folder.path)/root", 0o755)
        let dead = try OwnedDescriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0),
            "make",
            "a socket"
        )
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: folder.socket.utf8) }
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(dead.raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        _ = consume dead
        let server = try server()
        defer { server.stop() }
        #expect(throws: StatsError.inUse(path: folder.socket)) { try self.server() }
    }

    @Test("neither a file nor a link in the socket's place is touched")
    func occupied() throws {
        mkdir("\(folder.path)/root", 0o755)
        symlink("/etc/passwd", folder.socket)
        #expect(throws: StatsError.notASocket(path: folder.socket)) { try server() }
        var status = stat()
        #expect(lstat(folder.socket, &status) == 0)
        #expect(status.st_mode & UInt32(S_IFMT) == UInt32(S_IFLNK))
    }

    @Test("a folder that others may write to is refused")
    func openFolder() throws {
        let inner = "\(folder.path)/root"
        mkdir(inner, 0o755)
        chmod(inner, 0o777)
        #expect(throws: StatsError.unsafeFolder(path: inner)) { try server() }
    }

    @Test("a path that is too long is refused with the limit")
    func longPath() {
        let path = "/tmp/" + String(repeating: "x", count: 120)
        #expect(throws: StatsError.longPath(path: path, limit: 107)) {
            _ = try StatsClient(path: path)
        }
    }

    @Test("where nobody serves the client says so, with what to do")
    func nobody() throws {
        let error = #expect(throws: StatsError.self) { _ = try StatsClient(path: folder.socket) }
        #expect(error?.description.contains("is `mlsched run` running?") == true)
    }

    /// Files that this process has open.
    private static var openDescriptors: Int {
        (0..<2048).filter { fcntl(Int32($0), F_GETFD) >= 0 }.count
    }
}
