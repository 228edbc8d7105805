internal import Glibc

/// A program that this one has started, asked to end with its owner.
///
/// swift-subprocess would bring Foundation's size or an event loop into what measures how long a
/// program takes to start.
public struct ChildProcess: ~Copyable {
    /// Nil once it has ended, when the system may give its id to another.
    private var pid: pid_t?
    private let output: OwnedDescriptor?

    /// Starts a program with this one's streams.
    ///
    /// - Parameters:
    ///   - words: the program, looked for in `PATH` unless it is a path, and its arguments; not empty.
    ///   - isRead: its standard output is a pipe that ``finish()`` reads.
    /// - Throws: `SystemError` when there is no such program, or no room for it.
    public init(_ words: [String], isRead: Bool = false) throws(SystemError) {
        guard isRead else {
            pid = try Self.spawn(words, output: nil)
            output = nil
            return
        }
        var ends = [Int32](repeating: -1, count: 2)
        // Closed in the child but for the copy that becomes its standard output.
        let result = pipe(&ends)
        let output = try OwnedDescriptor(result < 0 ? -1 : ends[0], "make a pipe for", words[0])
        let input = try OwnedDescriptor(ends[1], "make a pipe for", words[0])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pid = try Self.spawn(words, output: input.raw)
        self.output = consume output
    }

    /// Asks it to end.
    public borrowing func terminate() {
        if let pid { kill(pid, SIGTERM) }
    }

    /// Its exit status, 128 and more for a signal; nil while it runs.
    ///
    /// Once it has been told, nil again.
    public mutating func status() -> Int32? {
        status(options: WNOHANG)
    }

    /// Waits for its end, reading its standard output if it was started so.
    ///
    /// - Returns: its standard output and its exit status, 128 and more for a signal.
    public consuming func finish() -> (output: String, status: Int32) {
        var bytes: [UInt8] = []
        switch output {
        case .some(let output): bytes = output.readAll()
        case .none: break
        }
        return (String(decoding: bytes, as: UTF8.self), status(options: 0) ?? -1)
    }

    deinit {
        terminate()
    }

    private mutating func status(options: Int32) -> Int32? {
        guard let running = pid else { return nil }
        var status: Int32 = 0
        guard retryingInterrupts({ waitpid(running, &status, options) }) == running else {
            return nil
        }
        pid = nil
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }

    private static func spawn(_ words: [String], output: Int32?) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that this process ignores, as a daemon does, or this thread blocks, as those of
        // Swift's pool do, mean to the child what they mean to any program: a shell without
        // SIGCHLD waits for ever.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { argv.forEach { free($0) } }
        argv.append(nil)
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, words[0], &actions, &attributes, argv, environ)
        try SystemError.check(error, "start", words[0])
        return pid
    }
}

extension OwnedDescriptor {
    fileprivate func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = retryingInterrupts({ read(raw, &chunk, chunk.count) }), count > 0 {
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
