import Glibc
import LinuxSystem
import Logging

/// Writes a message as one line of standard error, with the kernel's `<N>` prefix where journald
/// reads it, so that it knows how bad it is.
struct ConsoleLogHandler: LogHandler {
    var logLevel = Logger.Level.notice
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    private let readsJournald: Bool

    /// A handler for standard error as it is now.
    init() {
        readsJournald = Self.isJournal(ServiceManager.environment("JOURNAL_STREAM"))
    }

    func log(event: LogEvent) {
        let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let text = "\(event.message)" + pairs.map { " \($0.key)=\($0.value)" }.joined()
        StandardError.print(Self.line(text, event.level, forJournald: readsJournald))
    }

    /// A message as journald, or as a person, reads it.
    static func line(_ text: String, _ level: Logger.Level, forJournald: Bool) -> String {
        guard !forJournald else { return "<\(priority(of: level))>\(text)" }
        switch level {
        case .warning: return "mlsched: warning: \(text)"
        case .error, .critical: return "mlsched: error: \(text)"
        default: return "mlsched: \(text)"
        }
    }

    /// The level as syslog(3) counts.
    private static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// Whether standard error is the stream of journald that the variable names: `device:inode`.
    private static func isJournal(_ stream: String?) -> Bool {
        var status = stat()
        guard let stream, fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
