internal import Glibc

/// A program that this one has started; its standard output is read, its other streams are ours.
struct ChildProcess: ~Copyable {
    private let pid: pid_t
    private let output: Int32

    /// Starts a program.
    ///
    /// - Throws: `BenchError` where the system cannot.
    init(_ path: String, _ arguments: [String]) throws(BenchError) {
        var ends: (Int32, Int32) = (0, 0)
        let piped = withUnsafeMutablePointer(to: &ends) { pair in
            pair.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
        }
        guard piped == 0 else { throw BenchError("no pipe to a program can be made") }
        _ = fcntl(ends.0, F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends.1, F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends.1, STDOUT_FILENO)
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { argv.forEach { free($0) } }
        argv.append(nil)
        var pid: pid_t = 0
        let error = posix_spawn(&pid, path, &actions, nil, argv, environ)
        close(ends.1)
        guard error == 0 else {
            close(ends.0)
            throw BenchError("\(path) cannot be started; is it still there?")
        }
        self.pid = pid
        output = ends.0
    }

    /// Asks it to end.
    func terminate() {
        kill(pid, SIGTERM)
    }

    /// Reads all that it writes, and waits for its end.
    ///
    /// - Returns: its standard output and its exit status, 128 and more for a signal.
    consuming func finish() -> (output: String, status: Int32) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(output, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        close(output)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return (
            String(decoding: bytes, as: UTF8.self), signal == 0 ? status >> 8 & 0xff : 128 + signal
        )
    }
}
