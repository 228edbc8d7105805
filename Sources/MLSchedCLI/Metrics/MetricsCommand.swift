import ArgumentParser
import Glibc
import LinuxSystem
import SchedDaemon
import SchedExtStats
import Synchronization

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Give the figures of a running scheduler to Prometheus, or to a browser.",
        discussion: """
            Reads the statistics that `mlsched run` serves and writes them as metrics, once: to \
            standard output, or to a file for node_exporter's textfile collector, which appears \
            whole or not at all. With --listen it serves them over HTTP until it is interrupted:

              /metrics   for Prometheus
              /healthz   200 while a scheduler answers, 503 otherwise
              /          a page that shows the last minutes

            Needs no privileges but the right to connect to the socket.

            Exit status: 0, 1 when output could not be written, 2 when nobody serves statistics \
            or the address cannot be had.
            """
    )

    @OptionGroup var socket: StatsSocketOption

    @Flag(help: "Print which metrics there are, with their meanings.")
    var describe = false

    @Flag(help: "With --describe: scx_stats's structures, as JSON.")
    var json = false

    @Option(
        help: ArgumentHelp("Write to this file, atomically.", valueName: "path"),
        completion: .file()
    )
    var output: String?

    @Option(
        help: ArgumentHelp("Serve over HTTP there, as 127.0.0.1:9100.", valueName: "address:port")
    )
    var listen: ListenAddress?

    func validate() throws {
        guard output == nil || listen == nil else {
            throw ValidationError("--output and --listen exclude each other")
        }
        guard describe || !json else {
            throw ValidationError("--json is for --describe; metrics have a format of their own")
        }
    }

    func run() throws {
        guard !describe else {
            return try OutputBuffer.print(try Self.description(asJSON: json))
        }
        let source = MetricsSource(path: socket.path)
        if let listen {
            try MetricsServer(source, at: listen).run()
        } else {
            let lines = try unusableOnError { try source.metrics().lines }
            if let output {
                try Self.write(lines, to: output)
            } else {
                try OutputBuffer.print(lines)
            }
        }
    }

    private static func description(asJSON isJSON: Bool) throws(Failure) -> [String] {
        let structures = StatisticsCatalogue.structures.map { ($0.name, $0) }
        let named = Dictionary(uniqueKeysWithValues: structures)
        return isJSON ? [try jsonLine(named)] : MetricsText(describing: named).lines
    }

    /// Writes beside the file, then renames.
    private static func write(_ lines: [String], to path: String) throws(Failure) {
        let draft = "\(path).\(getpid())"
        let text = lines.map { "\($0)\n" }.joined()
        guard let file = fopen(draft, "w") else { throw unwritable(draft) }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten, rename(draft, path) == 0 else {
            let failure = unwritable(path)
            unlink(draft)
            throw failure
        }
    }

    private static func unwritable(_ path: String) -> Failure {
        .broken("\(path) cannot be written: \(systemMessage(errno))")
    }
}

/// Asks a scheduler for its figures, over one connection until that breaks: it may have restarted.
final class MetricsSource: Sendable {
    private struct Connection: ~Copyable {
        var client: StatsClient
        let structures: [String: StatsStructure]
    }

    private let path: String
    private let connection = Mutex<Connection?>(nil)

    /// A source that has not connected.
    init(path: String) {
        self.path = path
    }

    /// The metrics now; times are those since the last call.
    ///
    /// - Throws: `StatsError` when nobody answers.
    func metrics() throws -> MetricsText {
        try connection.withLock { connection in
            var current = try connection.take() ?? connect()
            let values = try current.client.statistics()
            let text = MetricsText(values, current.structures)
            connection = consume current
            return text
        }
    }

    /// The metrics now, which say so when nobody answers.
    var metricsOrDown: MetricsText {
        // A connection to a scheduler that has ended is noticed by using it.
        (try? metrics()) ?? (try? metrics()) ?? MetricsText(nil, [:])
    }

    private func connect() throws -> Connection {
        var client = try StatsClient(path: path)
        let structures = try client.metadata()
        return Connection(client: client, structures: structures)
    }
}

/// An IPv4 address and a port.
struct ListenAddress: ExpressibleByArgument {
    let host: String
    let port: UInt16

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        var address = in_addr()
        guard parts.count == 2, let port = UInt16(parts[1]),
            inet_pton(AF_INET, String(parts[0]), &address) == 1
        else { return nil }
        host = String(parts[0])
        self.port = port
    }
}
