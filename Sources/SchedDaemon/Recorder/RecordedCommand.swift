internal import Glibc

/// A program that runs while it is recorded; it is asked to end when the recording does.
struct RecordedCommand: ~Copyable {
    /// Nil once it has ended, when the system may give its id to another.
    private var pid: pid_t?

    /// Starts a program with this one's streams; with no words there is none.
    init(_ words: [String]) throws {
        guard let program = words.first else {
            pid = nil
            return
        }
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { argv.forEach { free($0) } }
        argv.append(nil)
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, program, nil, nil, argv, environ)
        guard error == 0 else {
            throw UnmetRequirement(
                Requirement(
                    "command",
                    "'\(program)' cannot be started (\(String(cString: strerror(error))))",
                    remedy: "give a program and its arguments after --"
                )
            )
        }
        self.pid = pid
    }

    /// Its exit status, 128 and more for a signal; nil while it runs or when there is none.
    mutating func status() -> Int32? {
        var status: Int32 = 0
        guard let running = pid, waitpid(running, &status, WNOHANG) == running else { return nil }
        pid = nil
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    deinit {
        if let pid { kill(pid, SIGTERM) }
    }
}
