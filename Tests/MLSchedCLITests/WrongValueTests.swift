import ModelTestSupport
import Testing

@Suite("Wrong values")
struct WrongValueTests {
    @Test(
        "what the argument parser refuses ends with status 64",
        arguments: [
            (["predict", "--cpu", "4"], "Missing --idle, --busy, --src, --dst: give all five"),
            (["predict", "--cpu", "four"], "The value 'four' is invalid for '--cpu <id>'"),
            (["predict", "--frobnicate"], "Unknown option '--frobnicate'"),
            (
                ["predict", "--raw", "--tenths"],
                "--raw takes inputs as they are; leave out --tenths."
            ),
            (
                [
                    "predict", "--raw", "--cpu", "4", "--idle", "2", "--busy", "6", "--src", "0.9",
                    "--dst", "0.2",
                ], "--raw reads rows; leave out the features."
            ),
            (["frobnicate"], "frobnicate"),
            (["inspect", "a", "b"], "Unexpected argument 'b'"),
            (["run", "--slice-us", "5"], "'5' is not a number of microseconds from 100 to 100000"),
            (["run", "--policy", "best"], "The value 'best' is invalid for '--policy <policy>'"),
            (
                ["run", "--domains", "0-"],
                "'0-' is no list of CPUs: write ids and ranges, as in 0-3,8"
            ),
            (["run", "--stats", "-1"], "--stats"),
            (["run", "--stats", "0"], "The value '0' is invalid for '--stats <sec>'"),
            (["observe", "--stats", "0"], "The value '0' is invalid for '--stats <sec>'"),
            (["observe", "--duration", "0"], "The value '0' is invalid for '--duration <sec>'"),
            (
                ["run", "--duration", "never"],
                "The value 'never' is invalid for '--duration <sec>'"
            ),
            (["run", "--exit-dump-len", "x"], "'x' is not a number of bytes from 0 to 16777216"),
        ]
    )
    func usage(arguments: [String], sentence: String) throws {
        let result = try Program.run([Program.path] + arguments, input: [], environment: [:])
        #expect(result.status == 64)
        #expect(result.output == "")
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }

    @Test(
        "features beyond their range end with status 2",
        arguments: [
            (["1024", "2", "6", "0.9", "0.2"], "cpu is 1024, but must be from 0 to 1023"),
            (["4", "1025", "6", "0.9", "0.2"], "cpu_idle is 1025, but must be from 0 to 1024"),
            (["4", "2", "6", "nan", "0.2"], "src_dom_load is nan, but must be from 0 to 1"),
            (["4", "2", "6", "0.9", "1.01"], "dst_dom_load is 1.01, but must be from 0 to 1"),
            (
                ["4", "0", "0", "0.9", "0.2"],
                "cpu_idle and cpu_not_idle add up to 0 CPUs, but must add up to those online, 1 to 1024"
            ),
        ]
    )
    func features(values: [String], sentence: String) throws {
        let result = try Program.run(
            "predict",
            "--cpu",
            values[0],
            "--idle",
            values[1],
            "--busy",
            values[2],
            "--src",
            values[3],
            "--dst",
            values[4]
        )
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors == "mlsched: \(sentence)\n")
    }

    @Test(
        "a path that leads to no model ends with status 2 and the path",
        arguments: [
            ("/nonexistent.mlw", "cannot be read: No such file or directory"),
            ("/tmp", "not a regular file"), ("/dev/zero", "not a regular file"),
            ("/etc/passwd", "not a model file"), ("", "cannot be read"),
        ]
    )
    func paths(path: String, reason: String) throws {
        for arguments in [
            ["inspect", path], ["predict", "--model", path], ["run", "--model", path],
        ] {
            let result = try Program.run([Program.path] + arguments, input: [], environment: [:])
            #expect(result.status == 2)
            #expect(result.output == "")
            #expect(result.errors.hasPrefix("mlsched: \(path): "))
            #expect(result.errors.contains(reason), "\(result.errors)")
            #expect(result.errors.filter { $0 == "\n" }.count == 1)
        }
    }

    @Test("a model file that was cut or altered ends with status 2 and one sentence")
    func damagedModel() throws {
        let file = TestModel.scheduler().encoded()
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/model.mlw"
        for count in [0, 7, 8, 63, 64, 200, file.count / 2, file.count - 1] {
            try TemporaryFolder.write(Array(file[..<count]), to: path)
            try Self.expectRefusal(of: path)
        }
        for offset in [9, 13, 17, 25, 40, 70, file.count / 2, file.count - 70] {
            var altered = file
            altered[offset] ^= 0x10
            try TemporaryFolder.write(altered, to: path)
            try Self.expectRefusal(of: path)
        }
    }

    private static func expectRefusal(of path: String) throws {
        let result = try Program.run("inspect", path)
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("mlsched: \(path): "))
        #expect(result.errors.filter { $0 == "\n" }.count == 1)
    }
}
