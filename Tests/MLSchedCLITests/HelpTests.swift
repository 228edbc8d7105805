import Testing

@Suite("Help")
struct HelpTests {
    @Test(
        "every command explains itself, word for word",
        arguments: [
            "", "run", "observe", "bench", "predict", "check", "inspect", "monitor",
            "metrics",
        ]
    )
    func help(command: String) throws {
        let result =
            try command.isEmpty
            ? Program.run("--help") : Program.run(command, "--help")
        #expect(result.status == 0)
        #expect(result.errors == "")
        try Golden("\(command.isEmpty ? "mlsched" : command).txt").expect(result.output)
    }

    @Test("without a command it says which there are")
    func noCommand() throws {
        #expect(try Program.run().output == Program.run("--help").output)
    }

    @Test(
        "a line is never wider than a terminal of 80 columns",
        arguments: [
            "run", "observe", "bench", "predict", "check", "inspect", "monitor",
            "metrics", "record", "calibrate",
        ]
    )
    func width(command: String) throws {
        // The usage line is one by design, for copying.
        let lines = try Program.run(command, "--help").lines.filter { !$0.hasPrefix("USAGE") }
        #expect(lines.count > 10)
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test("the version is a number and nothing else")
    func version() throws {
        let result = try Program.run("--version")
        #expect(result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        #expect(result.status == 0)
    }
}
