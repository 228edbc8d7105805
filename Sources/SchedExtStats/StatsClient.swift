internal import Glibc
internal import LinuxSystem

/// A client of a statistics server: one request at a time, each with a time limit.
///
/// ```swift
/// var client = try StatsClient(path: StatsClient.defaultPath)
/// let structures = try client.metadata()
/// let values = try client.statistics()
/// ```
public struct StatsClient: ~Copyable {
    /// Where sched_ext's schedulers serve statistics.
    public static let defaultPath = "/var/run/scx/root/stats"

    private let descriptor: OwnedDescriptor
    private let path: String
    private var input: [UInt8] = []

    /// Connects.
    ///
    /// - Parameters:
    ///   - path: of the server's socket.
    ///   - seconds: how long a question and its answer may take each.
    /// - Throws: `StatsError` when nobody serves there, `SystemError` without a socket.
    public init(path: String, timeout seconds: Int = 2) throws {
        let address = try StatsError.address(path)
        let descriptor = try OwnedDescriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0),
            "make",
            "a socket"
        )
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor.raw, SOL_SOCKET, option, &limit, size)
        }
        let result = address.use { connect(descriptor.raw, $0, $1) }
        guard result == 0 else {
            throw StatsError.notServed(path: path, reason: SystemError.reason(errno))
        }
        self.descriptor = descriptor
        self.path = path
    }

    /// All structures that the server describes, by name.
    ///
    /// - Throws: `StatsError`.
    public mutating func metadata() throws -> [String: StatsStructure] {
        try ask(StatsRequest("stats_meta"))
    }

    /// The values of its top structure now.
    ///
    /// - Throws: `StatsError`.
    public mutating func statistics() throws -> StatsValue {
        try ask(StatsRequest("stats", args: ["target": "top"]))
    }

    private mutating func ask<Payload: Codable & Sendable>(
        _ request: StatsRequest
    ) throws -> Payload {
        try send(jsonLine(request) + [UInt8(ascii: "\n")])
        let line = try readLine()
        if let answer = try? fromJSON(line, as: StatsResponse<Payload>.self), answer.errno == 0,
            let payload = answer.args["resp"]
        {
            return payload
        }
        guard let refusal = try? fromJSON(line, as: StatsResponse<String>.self) else {
            throw StatsError.badAnswer(path: path)
        }
        throw StatsError.refused(errno: refusal.errno, sentence: refusal.args["resp"] ?? "")
    }

    private func send(_ bytes: [UInt8]) throws(StatsError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                retryingInterrupts {
                    Glibc.send(
                        descriptor.raw,
                        bytes.baseAddress,
                        bytes.count,
                        Int32(MSG_NOSIGNAL)
                    )
                }
            }
            guard count > 0 else { throw .disconnected(path: path) }
            rest = rest.dropFirst(count)
        }
    }

    private mutating func readLine() throws(StatsError) -> ArraySlice<UInt8> {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            if let end = input.firstIndex(of: UInt8(ascii: "\n")) {
                defer { input.removeSubrange(...end) }
                return input[..<end]
            }
            guard input.count <= Self.longestAnswer else { throw .badAnswer(path: path) }
            let count = retryingInterrupts { recv(descriptor.raw, &chunk, chunk.count, 0) }
            guard count > 0 else { throw .disconnected(path: path) }
            input.append(contentsOf: chunk[..<count])
        }
    }

    /// Bytes of an answer, at most; 64 domains take some 20,000.
    private static let longestAnswer = 1 << 20
}
