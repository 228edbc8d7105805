import Glibc
import SystemPackage

/// Collects output and writes it in large pieces.
struct OutputBuffer: ~Copyable {
    private static let limit = 1 << 16

    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(Self.limit + 4096)
    }

    /// Adds text.
    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Ends a line, and writes when much has come together.
    ///
    /// - Throws: `Failure` where standard output takes no more.
    mutating func endLine() throws(Failure) {
        bytes.append(0x0A)
        if bytes.count >= Self.limit { try flush() }
    }

    /// Writes everything.
    ///
    /// - Throws: `Failure` where standard output takes no more.
    mutating func flush() throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { rest in
                // SAFETY: writes at most the bytes from `written` on.
                write(STDOUT_FILENO, rest.baseAddress.map { $0 + written }, rest.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .broken("standard output cannot be written: \(systemMessage(errno))")
            }
        }
        bytes.removeAll(keepingCapacity: true)
    }
}

extension OutputBuffer {
    /// Writes lines.
    ///
    /// - Throws: `Failure` where standard output takes no more.
    static func print(_ lines: [String]) throws(Failure) {
        var output = OutputBuffer()
        for line in lines {
            output.append(line)
            try output.endLine()
        }
        try output.flush()
    }
}

/// Messages for people, apart from the output that programs read.
enum StandardError {
    static func print(_ line: String) {
        // Nobody is left to tell when this fails.
        _ = try? FileDescriptor.standardError.writeAll("\(line)\n".utf8)
    }
}

/// Output, written line by line so that a pipe's reader sees it at once.
enum StandardOutput {
    static func print(_ line: String) {
        _ = try? FileDescriptor.standardOutput.writeAll("\(line)\n".utf8)
    }
}

/// What is at the other end of standard output.
enum Terminal {
    /// Whether it is a terminal that shows more than ASCII.
    static var showsUnicode: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        // The order in which locale(7) takes them; an empty one counts as unset.
        let values = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { (name: String) in
            getenv(name).map { String(cString: $0) }
        }
        let locale = values.first { !$0.isEmpty }?.lowercased() ?? ""
        return locale.contains("utf-8") || locale.contains("utf8")
    }
}
