import ModelTestSupport
import Testing

@Suite("predict in pipes")
struct StreamTests {
    @Test("a reader that goes away ends it without a word")
    func closedPipe() throws {
        let result = try Program.shell(
            "(echo cpu,idle,busy,src,dst; yes 4,2,6,0.9,0.2) | $MLSCHED predict | head -1;"
                + " echo ${PIPESTATUS[1]}"
        )
        #expect(result.errors == "")
        #expect(result.lines == ["score,decision", "141"])
    }

    @Test("help into a closed pipe is silent too")
    func closedHelp() throws {
        let result = try Program.shell("$MLSCHED predict --help | head -1")
        #expect(result.errors == "")
        #expect(result.lines.count == 1)
    }

    @Test(
        "a full disk is reported",
        arguments: [
            "$MLSCHED predict > /dev/full", "$MLSCHED inspect > /dev/full",
            "$MLSCHED check --json > /dev/full",
        ]
    )
    func fullDisk(command: String) throws {
        let result = try Program.shell(command, input: "cpu,idle,busy,src,dst\n4,2,6,0.9,0.2\n")
        #expect(result.status == 1)
        #expect(
            result.errors
                == "mlsched: standard output cannot be written: No space left on device\n"
        )
    }

    @Test("an output that is closed is reported")
    func closedOutput() throws {
        let result = try Program.shell(
            "$MLSCHED predict --cpu 4 --idle 2 --busy 6 --src 0.9 --dst 0.2 >&-"
        )
        #expect(result.status == 1)
        #expect(
            result.errors == "mlsched: standard output cannot be written: Bad file descriptor\n"
        )
    }

    @Test("an input that cannot be read is reported")
    func unreadableInput() throws {
        let result = try Program.shell("$MLSCHED predict < /tmp")
        #expect(result.status == 2)
        #expect(result.errors == "mlsched: standard input cannot be read: Is a directory\n")
    }

    @Test("on a terminal it does not wait for rows that nobody means to type")
    func terminal() throws {
        let result = try Program.shell("script -qec \"$MLSCHED predict\" /dev/null")
        #expect(result.status == 2)
        #expect(
            result.output
                == "mlsched: there are no features and no rows; give --cpu, --idle, --busy, --src "
                + "and --dst, a file of rows, or pipe rows into standard input\r\n"
        )
    }

    @Test("each row is answered before the next one comes")
    func answersAtOnce() throws {
        // The second row is written only after the first answer has been read.
        let result = try Program.shell(
            """
            coproc $MLSCHED predict
            echo cpu,idle,busy,src,dst >&${COPROC[1]}
            read -r -t 20 header <&${COPROC[0]}; echo $header
            for row in 4,2,6,0.9,0.2 2,4,4,0.5,0.5; do
                echo $row >&${COPROC[1]}
                read -r -t 20 answer <&${COPROC[0]}; echo ${answer#*,}
            done
            """
        )
        #expect(result.lines == ["score,decision", "migrate", "stay"])
    }

    @Test("memory stays the same however many rows there are")
    func boundedMemory() throws {
        let few = try Self.peakMemory(rows: 10_000)
        let many = try Self.peakMemory(rows: 200_000)
        #expect(many < few + 4096)
    }

    /// The most memory in KiB that it takes to answer rows of 200 bytes.
    private static func peakMemory(rows: Int) throws -> Int {
        let result = try Program.shell(
            """
            coproc $MLSCHED predict
            exec 3>&${COPROC[1]} 4<&${COPROC[0]}
            (echo cpu,idle,busy,src,dst,comment
                yes 4,2,6,0.9,0.2,\(String(repeating: "x", count: 180)) | head -n \(rows)) >&3 &
            head -n \(rows + 1) <&4 | tail -n 1
            grep VmHWM /proc/$COPROC_PID/status
            exec 3>&-
            """
        )
        #expect(result.lines.first?.hasSuffix(",migrate") == true)
        return try #require(
            result.lines.last?.split(separator: " ").dropFirst().compactMap { Int($0) }.first
        )
    }
}
