import CLibBPF
import Glibc
import Synchronization

/// Where libbpf's messages go.
///
/// Without a handler they are dropped, and in no case are they printed: that is for the program to
/// do. What libbpf says while a call fails is in the error that the call throws instead.
public enum LibBPFLog {
    /// How much a message matters, most first.
    public enum Level: UInt32, Comparable, Sendable {
        /// Something failed, or will.
        case warning = 0
        /// Something worth knowing.
        case info = 1
        /// What libbpf does, step by step.
        case debug = 2

        /// Orders by decreasing importance.
        public static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Takes a message without its line end; called on the thread that called libbpf.
    public typealias Handler = @Sendable (Level, String) -> Void

    /// Sends libbpf's messages from now on, as far as they are as important as `level`; nil drops
    /// them.
    public static func setHandler(upTo level: Level = .info, _ handler: Handler?) {
        install()
        sink.withLock { $0 = handler.map { Sink(level: level, handler: $0) } }
    }

    /// Puts this module's printer in the place of libbpf's, which writes to standard error.
    static func install() {
        _ = installed
    }

    /// Runs `body` and holds its warnings back: whoever called decides what becomes of them.
    static func collecting<Result>(_ body: () -> Result) -> (result: Result, lines: [String]) {
        install()
        let collector = Collector()
        let result = $collector.withValue(collector, operation: body)
        return (result, collector.lines.withLock { $0 })
    }

    /// Hands warnings that were held back to the handler after all.
    static func deliver(_ lines: [String]) {
        let handler = sink.withLock { $0?.handler }
        lines.forEach { handler?(.warning, $0) }
    }

    private struct Sink {
        let level: Level
        let handler: Handler
    }

    private final class Collector: Sendable {
        let lines = Mutex<[String]>([])
    }

    private static let sink = Mutex<Sink?>(nil)
    /// libbpf prints on the calling thread, so a task-local value tells whose message it is.
    @TaskLocal private static var collector: Collector?

    private static let installed: Void = {
        _ = libbpf_set_print { level, format, arguments in
            guard let format, let arguments, let level = Level(rawValue: level.rawValue) else {
                return 0
            }
            print(level, format, arguments)
            return 0
        }
    }()

    private static func print(
        _ level: Level,
        _ format: UnsafePointer<CChar>,
        _ arguments: CVaListPointer
    ) {
        let collector = level == .warning ? collector : nil
        let handler = sink.withLock { sink in
            sink.flatMap { level <= $0.level ? $0.handler : nil }
        }
        guard collector != nil || handler != nil else {
            return
        }
        let lines = text(format, arguments).split(separator: "\n").map(String.init)
        if let collector {
            collector.lines.withLock { $0.append(contentsOf: lines) }
        } else {
            lines.forEach { handler?(level, $0) }
        }
    }

    /// The formatted message, cut at 8 KiB; the verifier's log has a buffer of its own.
    private static func text(
        _ format: UnsafePointer<CChar>,
        _ arguments: CVaListPointer
    ) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 8192) { buffer in
            guard let start = buffer.baseAddress else {
                return ""
            }
            // SAFETY: vsnprintf writes at most `count` bytes and ends them with a zero.
            vsnprintf(start, buffer.count, format, arguments)
            return String(cString: start)
        }
    }
}
