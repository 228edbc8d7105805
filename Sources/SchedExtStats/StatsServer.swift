internal import Glibc
internal import LinuxSystem

/// Serves statistics on a unix socket, in the protocol of sched_ext's `scx_stats`.
///
/// One thread serves all clients and waits for none. Its work is bounded whatever they do: a number of
/// connections, of which the one that was idle for longest makes room for a new one, and a pause
/// after each round, which bounds the answers a second.
public final class StatsServer: Sendable {
    /// What a connection asks; made anew for each, so that it can remember what it has told.
    public typealias Reader = (_ target: String) -> Result<StatsValue, Refusal>

    /// Why a question has no answer.
    public struct Refusal: Error, Equatable, Sendable {
        let errno: Int32
        let sentence: String

        /// A refusal with an error number that the protocol hands on.
        public init(errno: Int32, _ sentence: String) {
            self.errno = errno
            self.sentence = sentence
        }
    }

    private let stopper: Stopper
    private let thread: PosixThread

    /// Starts to serve.
    ///
    /// - Parameters:
    ///   - path: of the socket's file.
    ///   - mode: the file's permissions.
    ///   - structures: what `stats_meta` returns.
    ///   - limit: connections at a time.
    ///   - makeReader: gives a new connection what answers `stats`; called, as what it gives, on
    ///     the server's thread.
    /// - Throws: `StatsError` or `SystemError` when the socket cannot be made.
    public init(
        path: String,
        mode: UInt32 = 0o660,
        structures: [StatsStructure],
        limit: Int = 64,
        _ makeReader: @escaping @Sendable () -> Reader
    ) throws {
        let socket = try ListeningSocket(path: path, mode: mode)
        let stopper = try Stopper()
        let metadata = jsonLine(
            StatsResponse(Dictionary(structures.map { ($0.name, $0) }) { first, _ in first })
        )
        let loop = StatsServerLoop(socket, stopper: stopper, limit: limit) {
            let read = makeReader()
            return { Self.answer($0, metadata, read) }
        }
        self.stopper = stopper
        thread = try PosixThread(named: "mlsched-stats") { loop.run() }
    }

    /// Ends the thread, closes all connections and removes the socket's file.
    public func stop() {
        stopper.stop()
        thread.join()
    }

    deinit {
        stop()
    }

    private static func answer(
        _ request: StatsRequest,
        _ metadata: [UInt8],
        _ read: Reader
    ) -> [UInt8] {
        switch request.req {
        case "stats_meta": return metadata
        case "stats":
            switch read(request.target) {
            case .success(let value): return jsonLine(StatsResponse(value))
            case .failure(let refusal):
                return jsonLine(StatsResponse(errno: refusal.errno, refusal.sentence))
            }
        default: return jsonLine(StatsResponse(errno: EINVAL, "no such request"))
        }
    }
}
