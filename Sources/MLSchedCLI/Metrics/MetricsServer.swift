import Glibc
import LinuxSystem
import Synchronization

/// Serves metrics and a page over HTTP/1.1.
///
/// Own code, for three pages and no request that has a body: FlyingFox, the library without
/// dependencies, imports the whole of Foundation, which would slow every start of `mlsched`.
/// Each connection has a thread, a second for its request and one answer; there are few at a time.
final class MetricsServer: Sendable {
    private let source: MetricsSource
    private let descriptor: OwnedDescriptor
    private let host: String
    /// Where it listens; 0 has become what the system chose.
    let port: UInt16
    private let connections = Atomic(0)

    /// Connections at a time; those above are closed at once.
    private static let limit = 16
    /// Bytes of a request's head, at most.
    private static let longestHead = 8192

    /// Takes the address.
    ///
    /// - Throws: `Failure` when somebody else has it.
    init(_ source: MetricsSource, at address: ListenAddress) throws(Failure) {
        self.source = source
        host = address.host
        do {
            descriptor = try Self.listen(at: address)
        } catch {
            throw .unusable(error)
        }
        port = Self.port(of: descriptor.raw)
    }

    /// Serves until the process ends.
    func run() throws(Failure) {
        StandardError.print("mlsched: metrics on http://\(host):\(port)/")
        while true {
            let raw = retryingInterrupts { accept(descriptor.raw, nil, nil) }
            // For want of descriptors, which passes.
            guard let client = try? OwnedDescriptor(raw, "accept", "a connection") else { continue }
            begin(client)
        }
    }

    private func begin(_ client: consuming OwnedDescriptor) {
        guard connections.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            connections.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        let connection = Connection(client)
        let thread = try? PosixThread(named: "mlsched-http") { [self] in
            answer(connection.descriptor.raw)
            connections.wrappingSubtract(1, ordering: .relaxed)
        }
        if thread == nil { connections.wrappingSubtract(1, ordering: .relaxed) }
        // Its end is nobody's concern; the connections at a time bound the threads.
        thread?.detach()
    }

    private func answer(_ client: Int32) {
        Self.send(answer(to: Self.readTarget(client)), to: client)
    }

    /// The answer for a path; nil is a request that was none.
    private func answer(to path: String?) -> HTTPAnswer {
        switch path {
        case "/metrics":
            let text = source.metricsOrDown.lines.map { "\($0)\n" }.joined()
            return HTTPAnswer(type: "text/plain; version=0.0.4", text: text)
        case "/healthz":
            return source.metricsOrDown.isUp
                ? HTTPAnswer(text: "ok\n")
                : HTTPAnswer(status: "503 Service Unavailable", text: "down\n")
        case "/":
            let page = String(decoding: PackageResources.page_html, as: UTF8.self)
            return HTTPAnswer(type: "text/html; charset=utf-8", text: page)
        case nil: return HTTPAnswer(status: "400 Bad Request", text: "bad request\n")
        default: return HTTPAnswer(status: "404 Not Found", text: "not found\n")
        }
    }

    /// The path of a GET request; nil for anything else, and for one that takes too long.
    private static func readTarget(_ client: Int32) -> String? {
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 2048)
        let deadline = ContinuousClock.now + .seconds(1)
        while !head.endsHead {
            guard head.count < longestHead, ContinuousClock.now < deadline else { return nil }
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            head.append(contentsOf: chunk[..<count])
        }
        let line = head.prefix { $0 != 13 && $0 != 10 }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count == 3, words[0] == "GET", words[2].hasPrefix("HTTP/1.") else { return nil }
        return String(words[1].prefix { $0 != "?" })
    }

    private static func send(_ answer: HTTPAnswer, to client: Int32) {
        var rest = answer.bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func listen(at address: ListenAddress) throws(SystemError) -> OwnedDescriptor {
        let name = "\(address.host):\(address.port)"
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = try OwnedDescriptor(socket(AF_INET, flags, 0), "make", "a socket")
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, &on, size)
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            // Connections take it over from the socket that accepts them.
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor.raw, SOL_SOCKET, option, &limit, size)
        }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        inet_pton(AF_INET, address.host, &place.sin_addr)
        let bound = withUnsafePointer(to: place) { pointer in
            // SAFETY: `sockaddr_in` is one of the structures that `sockaddr` stands for.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, Glibc.listen(descriptor.raw, 16) == 0 else {
            throw SystemError("listen on", name, errno: errno)
        }
        return descriptor
    }

    /// The port of a socket.
    private static func port(of descriptor: Int32) -> UInt16 {
        var place = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &place) { pointer in
            // SAFETY: as in `listen`; the system writes at most `size` bytes.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return UInt16(bigEndian: place.sin_port)
    }

    /// A connection in the hands of its thread.
    private final class Connection: Sendable {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    }
}

/// An HTTP response, after which the connection ends.
private struct HTTPAnswer {
    var status = "200 OK"
    var type = "text/plain; charset=utf-8"
    let text: String

    var bytes: [UInt8] {
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: \(type)", "Content-Length: \(text.utf8.count)",
            "Connection: close", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
            // The page is one file; nothing of it may come from elsewhere.
            "Content-Security-Policy: default-src 'self' 'unsafe-inline'", "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + Array(text.utf8)
    }
}

extension [UInt8] {
    /// Whether the empty line behind a request's head is there.
    fileprivate var endsHead: Bool { suffix(4) == [13, 10, 13, 10] || suffix(2) == [10, 10] }
}
