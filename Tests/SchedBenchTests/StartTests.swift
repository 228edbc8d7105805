import DefaultWeights
import Foundation
import LinuxSystem
import MachineTestSupport
import Testing

@testable import SchedBench

@Suite("What starts", .serialized)
struct StartTests {
    /// A folder with a program that answers as `mlsched` would, and a file that is the kernel's
    /// state.
    private struct Fake {
        let folder: FakeSysfs
        var program: String { folder.root + "/program" }
        var state: String { folder.root + "/state" }

        init(_ script: String, state: String? = nil) throws {
            folder = try FakeSysfs(["program": "#!/bin/sh\n\(script)"])
            if let state { try folder.write(state, to: "state") }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: folder.root + "/program"
            )
        }

        func run(repetitions: Int = 3) throws -> [BenchResult] {
            try StartBench(
                program: program,
                readyArguments: ["ready"],
                repetitions: repetitions,
                state: state
            ).run(Results.environment)
        }
    }

    private static let ready = """
        ready) echo '{"readyNanoseconds": 18446744073709551615, "residentKibibytes": 7, \
        "peakKibibytes": 9, "hasLoop": true}' ;;
        """

    @Test("each state is reached as often as asked, with what the program says of itself")
    func states() throws {
        let fake = try Fake("case $1 in predict) ;; \(Self.ready) *) exit 9 ;; esac")
        let results = try fake.run()
        #expect(results.map(\.name) == ["exec to ready", "predict, exec to exit"])
        #expect(results.allSatisfy { $0.rounds.count == 3 && $0.subject == "mlsched" })
        #expect(results.allSatisfy { $0.rounds.allSatisfy { $0 > 0 } && $0.section == "start" })
        let size = try Data(contentsOf: URL(fileURLWithPath: fake.program)).count
        let figures = results[0].figures
        #expect(figures["resident_kib"] == 7 && figures["peak_kib"] == 9)
        #expect(figures["binary_bytes"] == Double(size))
    }

    @Test("without a loop the result says so in its name")
    func withoutLoop() throws {
        let script = "case $1 in predict) ;; \(Self.ready) esac"
        let fake = try Fake(script.replacingOccurrences(of: "true", with: "false"))
        #expect(try fake.run(repetitions: 1)[0].name == "exec to ready, without BPF")
    }

    @Test(
        "a program that does not do its work is named, with its status",
        arguments: [
            ("exit 3", "ended with status 3 before it was ready"),
            ("echo nonsense", "ended with status 0 before it was ready"),
            ("kill -9 $$", "ended with status 137 before it was ready"),
            ("case $1 in predict) exit 4 ;; \(ready) esac", "predict` ended with status 4"),
        ]
    )
    func failures(script: String, message: String) throws {
        let fake = try Fake(script)
        let error = #expect(throws: BenchError.self) { try fake.run() }
        let text = try #require(error).description
        #expect(text.contains(fake.program) && text.hasSuffix(message))
    }

    @Test("a program that is not there is an error")
    func absent() {
        let bench = StartBench(program: "/nonexistent", readyArguments: [], repetitions: 1)
        #expect(throws: SystemError.self) { try bench.run(Results.environment) }
    }

    @Test("where sched_ext is idle, the program is attached, and ended again", arguments: [1, 9])
    func attached(repetitions: Int) throws {
        // Attached is who writes that it is; `exec` leaves one process to be ended.
        let script = """
            case $1 in predict) ;; \(Self.ready)
            run) echo x >> "${0%program}runs"; echo enabled > "${0%program}state"; exec sleep 60 ;;
            esac
            """
        let fake = try Fake(script, state: "disabled")
        let results = try fake.run(repetitions: repetitions)
        #expect(results.map(\.name).last == "exec to attached")
        // Five times at most: each takes the machine's CPUs.
        #expect(results.last?.rounds.count == min(repetitions, 5))
        let runs = try String(contentsOfFile: fake.folder.root + "/runs", encoding: .utf8)
        #expect(runs.split(separator: "\n").count <= min(repetitions, 5))
    }

    @Test("where another is attached, or none can be, nothing is", arguments: [true, false])
    func busy(isOther: Bool) throws {
        let fake = try Fake(
            "case $1 in predict) ;; \(Self.ready) esac",
            state: isOther ? "enabled" : nil
        )
        #expect(try fake.run(repetitions: 1).count == 2)
    }
}

@Suite("Reports of a start")
struct StartReportTests {
    @Test("this process becomes ready, and its report is read again")
    func ready() throws {
        let clock = MonotonicClock()
        let before = clock.now()
        let report = try StartReport.becomeReady(try DefaultModel.load())
        #expect((before...clock.now()).contains(report.readyNanoseconds))
        #expect(report.residentKibibytes > 1000)
        #expect(report.peakKibibytes >= report.residentKibibytes)
        #expect(!report.line.contains("\n"))
        #expect(StartReport(line: report.line) == report)
    }

    @Test(
        "what is no report is none",
        arguments: [
            "", "{}", "null", "[]", "ready", "{\"readyNanoseconds\": 1}",
            // Out of the range of its type, of another type, and cut.
            """
            {"readyNanoseconds":-1,"residentKibibytes":1,"peakKibibytes":1,"hasLoop":true}
            """,
            """
            {"readyNanoseconds":1,"residentKibibytes":1e99,"peakKibibytes":1,"hasLoop":true}
            """,
            """
            {"readyNanoseconds":1,"residentKibibytes":1,"peakKibibytes":1,"hasLoop":1}
            """,
            """
            {"readyNanoseconds":1,"residentKibibytes":1,"peakKibibytes":1,"hasLoop":tr
            """,
        ]
    )
    func refused(line: String) {
        #expect(StartReport(line: line) == nil)
    }
}
