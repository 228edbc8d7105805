import Glibc
import Testing

/// `mlsched record` as a user runs it.
@Suite("record")
struct RecordTests {
    static let isPossible =
        access("/sys/kernel/btf/vmlinux", R_OK) == 0 && geteuid() == 0

    @Test(
        "what cannot be done is one sentence, and no file is left",
        .enabled(if: isPossible),
        arguments: [
            (["-o", "/nonexistent/x.rec"], "/nonexistent/x.rec cannot be created"),
            (
                ["-o", "x.rec", "--", "/nonexistent/program"],
                "'/nonexistent/program' cannot be started"
            ),
        ]
    )
    func refusal(options: [String], sentence: String) throws {
        let result = try Self.record(options)
        #expect(result.status == 2)
        #expect(result.errors.contains(sentence))
        #expect(result.errors.split(separator: "\n").count == 1)
        #expect(result.output == "")
    }

    @Test("a full disk ends it with one sentence and no file", .enabled(if: isPossible))
    func fullDisk() throws {
        let result = try Program.shell(
            """
            folder=$(mktemp -d) && mount -t tmpfs -o size=16k none "$folder" || exit 99
            "$MLSCHED" record -o "$folder/x.rec" --duration 20 -- sh -c \
                'i=0; while [ $i -lt 2000 ]; do /bin/true; i=$((i + 1)); done'
            status=$?; ls "$folder"; umount "$folder"; rmdir "$folder"; exit $status
            """
        )
        #expect(result.status == 1)
        #expect(result.errors.contains("x.rec cannot be written"))
        #expect(result.errors.split(separator: "\n").count == 1)
        #expect(result.output == "")
    }

    @Test("without a file to write it is wrong usage")
    func usage() throws {
        #expect(try Program.run("record").status == 64)
    }

    @Test("a command's recording ends with it and says what it holds", .enabled(if: isPossible))
    func command() throws {
        let result = try Self.record([
            "-o", "x.rec", "--json", "--overhead", "--", "sh", "-c", "'echo hello; exit 7'",
        ])
        #expect(result.status == 0)
        #expect(result.errors == "")
        #expect(result.lines.first == "hello")
        let summary = try JSONValue(try #require(result.lines.dropFirst().first))
        #expect(summary["command_status"] == .number(7))
        #expect(summary["is_whole"] == .bool(true))
        #expect(summary["dropped"] == .number(0))
        #expect(summary["switches"] != .number(0))
        #expect(summary["nanoseconds_per_event"] != nil)
    }

    @Test("what is interrupted is a whole recording all the same", .enabled(if: isPossible))
    func interrupted() throws {
        let result = try Program.shell(
            """
            cd "$(mktemp -d)" || exit; trap 'rm -rf "$PWD"' EXIT
            "$MLSCHED" record -o x.rec & pid=$!
            for _ in $(seq 200); do ls x.rec.*.part > /dev/null 2>&1 && break; sleep 0.05; done
            sleep 0.3; kill -INT $pid; wait $pid; echo "status $?"; ls
            """
        )
        #expect(result.lines.first?.contains(" 0 dropped") == true)
        #expect(result.lines.dropFirst() == ["status 0", "x.rec"])
    }

    /// Runs it in a folder of its own.
    private static func record(_ options: [String]) throws -> Program.Result {
        try Program.shell(
            "cd \"$(mktemp -d)\" || exit; trap 'rm -rf \"$PWD\"' EXIT; \"$MLSCHED\" record "
                + options.joined(separator: " ")
                + "; status=$?; ls *.part 2> /dev/null; exit $status"
        )
    }
}
