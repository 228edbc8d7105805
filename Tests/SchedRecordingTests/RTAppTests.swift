import Testing

@testable import SchedRecording

/// Workload files of rt-app.
@Suite("an rt-app file")
struct RTAppTests {
    @Test("keeps the order of its events, and events that stand twice")
    func order() throws {
        let file = try Self.file(
            """
            { /* json-c reads comments */
              "global": { "duration": 2, "calibration": "CPU0", "logdir": "./" },
              "tasks": { "a": { "instance": 3, "delay": 5, "loop": 7, "priority": 5,
                "run": 1000, "sleep": 2000, "run1": 30, // and these
                "timer": { "ref": "unique", "period": 9 } } } }
            """
        )
        #expect(file.duration == .seconds(2))
        let thread = try #require(file.threads.first)
        #expect(thread.instances == 3 && thread.delay == 5 && thread.loops == 7)
        #expect(
            thread.events == [
                .run(1000), .sleep(2000), .run(30), .timer(name: "a/unique", period: 9),
            ]
        )
    }

    @Test(
        "with anything that is not known is refused by name and line",
        arguments: [
            (#""a": { "mem": 10 }"#, "x.json:1: 'mem' is not known"),
            (#""a": { "iorun": 10 }"#, "'iorun' is not known"),
            (#""a": { "barrier": "b" }"#, "'barrier' is not known"),
            (#""a": { "run": 1, "util_max": 3 }"#, "'util_max' is not known"),
            (#""a": { "run": 1, "taskgroup": "/g" }"#, "'taskgroup' is not known"),
            (#""a": { "run": 1.5 }"#, "'run' is no whole number"),
            (#""a": { "run": -1 }"#, "'run' is no whole number"),
            (#""a": { "run": 1e300 }"#, "'run' is no whole number"),
            (#""a": { "run": "1" }"#, "'run' is no whole number"),
            (#""a": { "policy": "SCHED_DEADLINE", "run": 1 }"#, "SCHED_DEADLINE is not known"),
            (#""a": { "run": 1, "cpus": [] }"#, "'cpus' has no CPU"),
            (#""a": { "run": 1, "cpus": [4096] }"#, "'cpus' is no list"),
            (#""a": { "run": 1, "phases": { "p": { "run": 1 } } }"#, "beside phases"),
            (#""a": { "run": 1 }, "a": { "run": 1 }"#, "'a' is there twice"),
            (#""a": { "timer": { "ref": "t" } }"#, "needs 'ref' and 'period'"),
            (
                #""a": { "timer": { "ref": "t", "period": 1, "mode": "absolute" } }"#,
                "only relative timers"
            ),
            ("", "there is no task"),
        ]
    )
    func unknown(tasks: String, reason: String) throws {
        try Self.expectError("{ \"tasks\": { \(tasks) } }", reason)
    }

    @Test(
        "that can never work is refused although every word is known",
        arguments: [
            (#""a": { "resume": "b" }, "b": { "suspend": "b" }"#, "goes round for ever"),
            (#""a": { "suspend": "" }"#, "nobody does"),
            (#""a": { "run": 1, "wait": { "ref": "c", "mutex": "m" } }"#, "nobody signals"),
            (#""a": { "run": 1, "lock": "m" }"#, "nobody unlocks"),
            (#""a": { "run": 1, "fork": "z" }"#, "which is no task"),
            (#""a": { "instance": 0, "run": 1 }"#, "no thread ever starts"),
            (
                #""a": { "timer": { "ref": "t", "period": 1 } }, "b": { "timer": { "ref": "t", "period": 1 } }"#,
                "shares the timer"
            ),
            (#""a": { "loop": 1 }"#, "does nothing"),
        ]
    )
    func impossible(tasks: String, reason: String) throws {
        try Self.expectError("{ \"tasks\": { \(tasks) } }", reason)
    }

    @Test(
        "that is no JSON says what would have to stand on which line",
        arguments: [
            ("", "x.json:1: expected a value"), ("{\n\n\"tasks\" 1}", "x.json:3: expected ':'"),
            ("[[[", "expected a value"), ("{} x", "expected the end"), ("{\"a", "expected '\"'"),
            ("/* x", "expected the comment's end"), ("{\"\\q\":1}", "escape"), ("-", "a value"),
            (String(repeating: "[", count: 5000), "nested less deep"), ("[]", "an object with"),
        ]
    )
    func syntax(text: String, reason: String) throws {
        try Self.expectError(text, reason)
    }

    private static func file(_ text: String) throws -> RTAppFile {
        try RTAppFile(json: Array(text.utf8), path: "x.json")
    }

    private static func expectError(_ text: String, _ reason: String) throws {
        let error = #expect(throws: RTAppError.self) { try file(text) }
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("x.json") && sentence.contains(reason), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }
}
