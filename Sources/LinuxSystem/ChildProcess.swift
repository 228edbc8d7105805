internal import Glibc

/// A program that this one has started; its standard output is read, its other streams are ours.
///
/// swift-subprocess would bring Foundation's size or an event loop into what measures how long a
/// program takes to start.
public struct ChildProcess: ~Copyable {
    private let pid: pid_t
    private let output: OwnedDescriptor

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: of the program, which is not looked for anywhere else.
    ///   - arguments: without its name.
    /// - Throws: `SystemError` when there is no such program, or no room for it.
    public init(_ path: String, _ arguments: [String]) throws(SystemError) {
        var ends = [Int32](repeating: -1, count: 2)
        // Closed in the child but for the copy that becomes its standard output.
        let output = try OwnedDescriptor(pipe(&ends) < 0 ? -1 : ends[0], "make a pipe for", path)
        let input = try OwnedDescriptor(ends[1], "make a pipe for", path)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.raw, STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that this process ignores, as a daemon does, or this thread blocks, as those of
        // Swift's pool do, mean to the child what they mean to any program.
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { argv.forEach { free($0) } }
        argv.append(nil)
        var pid: pid_t = 0
        let error = posix_spawn(&pid, path, &actions, &attributes, argv, environ)
        try SystemError.check(error, "start", path)
        self.pid = pid
        self.output = output
    }

    /// Asks it to end.
    public borrowing func terminate() {
        kill(pid, SIGTERM)
    }

    /// Reads all that it writes, and waits for its end.
    ///
    /// - Returns: its standard output and its exit status, 128 and more for a signal.
    public consuming func finish() -> (output: String, status: Int32) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = retryingInterrupts({ read(output.raw, &chunk, chunk.count) }),
            count > 0
        {
            bytes.append(contentsOf: chunk[..<count])
        }
        var status: Int32 = 0
        _ = retryingInterrupts { waitpid(pid, &status, 0) }
        let signal = status & 0x7f
        return (
            String(decoding: bytes, as: UTF8.self), signal == 0 ? status >> 8 & 0xff : 128 + signal
        )
    }
}
