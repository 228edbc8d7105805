import SystemPackage

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
