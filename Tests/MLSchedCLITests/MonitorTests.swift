import Logging
import SchedExtStats
import Testing

@testable import MLSchedCLI

@Suite struct MonitorTests {
    @Test("a picture has domains with bars, candidates, times and health")
    func picture() {
        let lines = MonitorView(FakeScheduler.values(after: 7), width: 60).lines
        #expect(
            lines
                == [
                    "mlsched, attached for 7 s; figures of the last 1.0 s", "",
                    "domain 0  CPUs 0-3  0.25 [########........|...............]",
                    "domain 1  CPUs 4-7  0.75 [########################........]", "",
                    "        consulted  decided  migrate  stay  overridden  executed",
                    "wakeup         10        9        4     6           0         3", "",
                    "inference p50 250ns, p99 1.0us, max 2.0ms",
                    "ok, 100% filled, 2 requests dropped",
                ].map { String($0.prefix(60)) }
        )
    }

    @Test("no line is wider than the terminal", arguments: [1, 20, 40, 80, 200])
    func width(columns: Int) {
        let lines = MonitorView(FakeScheduler.values(after: 1), width: columns).lines
        #expect(lines.allSatisfy { $0.count <= columns })
    }

    @Test("in a pipe each interval is a line")
    func pipe() throws {
        let result = try Self.monitor("--count", "2")
        #expect(result.lines.count == 2)
        let text = "loads 0.25 0.75, consulted 10, decided 90.0%"
        #expect(result.lines.allSatisfy { $0.contains(text) })
    }

    @Test("as JSON every figure is there, an object a line")
    func json() throws {
        let result = try Self.monitor("--count", "1", "--json")
        #expect(result.output.contains(#""domains":{"0":{"cpus":"0-3","load_ratio":0.25}"#))
    }

    /// Monitors a scheduler that the test serves, and ends well.
    private static func monitor(_ arguments: String...) throws -> Program.Result {
        let scheduler = try FakeScheduler()
        defer { scheduler.stop() }
        let result = try Program.run(
            [Program.path, "monitor", "--stats-socket", scheduler.path, "--interval", "0.05"]
                + arguments,
            input: [],
            environment: [:]
        )
        #expect(result.status == 0)
        return result
    }

    @Test("where nobody serves it says so, with what to do", arguments: ["monitor", "metrics"])
    func nobody(command: String) throws {
        let result = try Program.run(command, "--stats-socket", "/tmp/no/such/socket")
        #expect(result.status == 2)
        #expect(result.errors.contains("is `mlsched run` running?"))
    }

    @Test("a word that is nearly a command is answered with it")
    func suggestion() throws {
        let result = try Program.run("runn")
        #expect(result.status == 64)
        #expect(result.errors == "mlsched: there is no command 'runn'; did you mean 'run'?\n")
        #expect(try Program.run("-V").output == Program.run("--version").output)
    }

    @Test("help that cannot be written is an error")
    func full() throws {
        let result = try Program.shell("$MLSCHED run --help-stats >/dev/full")
        #expect(result.status == 1)
        #expect(result.errors.contains("standard output cannot be written"))
    }
}

@Suite struct ConsoleLogTests {
    @Test("journald gets the kernel's number, a person the word")
    func lines() {
        #expect(ConsoleLogHandler.line("x", .warning, forJournald: true) == "<4>x")
        #expect(ConsoleLogHandler.line("x", .notice, forJournald: true) == "<5>x")
        #expect(ConsoleLogHandler.line("x", .error, forJournald: false) == "mlsched: error: x")
        #expect(ConsoleLogHandler.line("x", .notice, forJournald: false) == "mlsched: x")
    }

    @Test("the scheduler's name in the kernel has its version and only what the kernel takes")
    func name() {
        #expect(Announcement.name.hasPrefix("mlsched_\(Version.text)_"))
        #expect(Announcement.name.hasSuffix("_unknown_linux_gnu"))
        #expect(Announcement.name.utf8.count <= 127)
        #expect(Announcement.name.wholeMatch(of: /[A-Za-z0-9_.]+/) != nil)
    }
}
