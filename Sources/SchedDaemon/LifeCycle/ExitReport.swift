internal import CMLSchedABI

/// Why the kernel let go of the scheduler.
public struct ExitReport: Equatable, Sendable, CustomStringConvertible {
    /// `enum scx_exit_kind`: below 1024 somebody asked for it, from there on it was an error.
    public let kind: UInt32
    /// The code that goes with it.
    public let code: Int64
    /// The kernel's word for the kind.
    public let reason: String
    /// Details; may be empty.
    public let message: String
    /// The kernel's debug dump, empty unless it was an error.
    public let dump: String

    /// A report given in full.
    public init(kind: UInt32, code: Int64, reason: String, message: String, dump: String = "") {
        self.kind = kind
        self.code = code
        self.reason = reason
        self.message = message
        self.dump = dump
    }

    /// The end that the daemon itself made, for a kernel that reports nothing.
    static let detached = ExitReport(
        kind: 64,
        code: 0,
        reason: "unregistered from user space",
        message: ""
    )

    /// Whether the kernel ejected the scheduler for something it did or failed to do.
    public var isError: Bool { kind >= 1024 }

    /// Whether the kernel asks for a new attachment: `SCX_ECODE_ACT_RESTART`, as on hotplug.
    public var asksForRestart: Bool { !isError && code & (1 << 48) != 0 }

    /// As all sched_ext schedulers print it.
    public var description: String {
        message.isEmpty ? "EXIT: \(reason)" : "EXIT: \(reason) (\(message))"
    }
}

extension ExitReport {
    init(_ info: mls_exit_info, dump: String) {
        self.init(
            kind: info.kind,
            code: info.code,
            reason: Self.text(info.reason),
            message: Self.text(info.message),
            dump: dump
        )
    }

    /// A C array of characters up to its first zero.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
