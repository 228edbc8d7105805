import Glibc
import Testing

/// The built program, run as a user runs it.
enum Program {
    /// How a run ended and what it said.
    struct Result {
        /// The exit status, or 128 plus the signal's number as shells have it.
        let status: Int32
        let output: String
        let errors: String

        /// The lines of standard output.
        var lines: [Substring] { output.split(separator: "\n") }
    }

    /// Where the program is: beside the tests.
    static let path: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let tests = String(decoding: buffer.prefix(max(count, 0)).map(UInt8.init), as: UTF8.self)
        let folder = tests.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return folder.joined(separator: "/") + "/mlsched"
    }()

    /// Runs `mlsched` with arguments.
    static func run(
        _ arguments: String...,
        input: String = "",
        environment: [String: String] = [:]
    ) throws -> Result {
        try run([path] + arguments, input: Array(input.utf8), environment: environment)
    }

    /// Runs a command of bash, in which `$MLSCHED` is the program.
    static func shell(_ command: String, input: String = "") throws -> Result {
        try run(["/bin/bash", "-c", command], input: Array(input.utf8), environment: [:])
    }

    /// Runs any program.
    static func run(
        _ arguments: [String],
        input: [UInt8],
        environment: [String: String]
    ) throws -> Result {
        let folder = try TemporaryFolder()
        let files = try ["in", "out", "err"].map { try folder.file($0, input) }
        let status = try wait(
            for: spawn(arguments, files, Self.environment.merging(environment) { $1 })
        )
        return Result(
            status: status,
            output: try TemporaryFolder.text(of: files[1]),
            errors: try TemporaryFolder.text(of: files[2])
        )
    }

    /// What the program is told of the world, the same on every machine.
    private static let environment = [
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "COLUMNS": "80", "LC_ALL": "C.UTF-8",
        "MLSCHED": path,
    ]

    private static func spawn(
        _ arguments: [String],
        _ files: [String],
        _ environment: [String: String]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files[1], O_WRONLY | O_TRUNC, 0)
        posix_spawn_file_actions_addopen(&actions, 2, files[2], O_WRONLY | O_TRUNC, 0)
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child = pid_t()
        let error = posix_spawn(&child, arguments[0], &actions, nil, &argv, &envp)
        try #require(error == 0, "\(arguments[0]) cannot be started: error \(error)")
        return child
    }

    private static func wait(for child: pid_t) throws -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            try #require(errno == EINTR, "the program cannot be waited for: error \(errno)")
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }
}
