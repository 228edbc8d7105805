import ArgumentParser
import Glibc
import SchedExtStats

/// Which scheduler's statistics to read.
struct StatsSocketOption: ParsableArguments {
    @Option(
        name: .customLong("stats-socket"),
        help: ArgumentHelp("Where the scheduler serves its statistics.", valueName: "path"),
        completion: .file()
    )
    var path = StatsClient.defaultPath
}

struct MonitorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Show live what a running scheduler does.",
        discussion: """
            Reads the statistics that `mlsched run` serves; takes no root where the socket lets \
            you. On a terminal the picture is drawn in place, in a pipe each interval is a line. \
            When the scheduler ends it waits for the next one.

            Exit status: 0, 1 when output could not be written, 2 when nobody serves statistics.
            """
    )

    @OptionGroup var socket: StatsSocketOption

    @Option(help: ArgumentHelp("Seconds between two pictures.", valueName: "sec"))
    var interval = Seconds.one

    @Option(help: ArgumentHelp("End after so many pictures, 1 to 1000000.", valueName: "n"))
    var count: Int?

    @Flag(help: "Print every figure as JSON, one object a line.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(count ?? 1) else {
            throw ValidationError("'\(count ?? 0)' is not a number of pictures from 1 to 1000000")
        }
    }

    func run() throws {
        var client: StatsClient? = try connect()
        var shown = 0
        while shown < count ?? .max {
            // A new connection's first interval would be all the time since the attachment.
            if client == nil { client = try? connect() }
            pause()
            guard let values = try? client?.statistics() else {
                client = nil
                StandardError.print("mlsched: waiting for a scheduler on \(socket.path)")
                continue
            }
            try show(values)
            shown += 1
        }
    }

    /// A connection that has looked once, so that its next interval begins now.
    private func connect() throws -> StatsClient {
        do {
            var client = try StatsClient(path: socket.path)
            _ = try client.statistics()
            return client
        } catch {
            throw Failure.unusable(error)
        }
    }

    private func pause() {
        var time = timespec(interval.duration)
        var rest = timespec()
        while nanosleep(&time, &rest) != 0, errno == EINTR { time = rest }
    }

    private func show(_ values: StatsValue) throws {
        if json {
            try OutputBuffer.print([try jsonLine(values)])
        } else if let size = Terminal.size {
            let view = MonitorView(values, width: size.columns)
            // Home, each line cleared behind its text, then all that is below.
            let lines = view.lines.prefix(size.rows - 1).map { "\($0)\u{1B}[K" }
            try OutputBuffer.print(["\u{1B}[H" + lines.joined(separator: "\n") + "\u{1B}[J"])
        } else {
            try OutputBuffer.print([MonitorView(values, width: .max).line])
        }
    }
}

extension timespec {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}

extension Terminal {
    /// Rows and columns of the terminal at standard output; nil when it is none.
    static var size: (rows: Int, columns: Int)? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (24, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }
}
