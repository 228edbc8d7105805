import CLibBPF
import Glibc
import Testing

/// The program on this machine's own kernel; needs BTF and the right to load BPF programs.
@Suite("observe")
struct ObserveTests {
    static let isPossible =
        access("/sys/kernel/btf/vmlinux", R_OK) == 0 && geteuid() == 0

    @Test(
        "what cannot be done is one sentence, and nothing is started",
        arguments: [
            (["--top=-1"], "--top -1 is not a number"),
            (["--csv", "/nonexistent/x.csv"], "/nonexistent/x.csv cannot be created"),
            (["--domains", "0/1023"], "CPU 1023 is not online"),
            (["--model", "/nonexistent.mlw"], "/nonexistent.mlw: cannot be read"),
        ]
    )
    func refusal(options: [String], sentence: String) throws {
        let result = try Program.shell(
            (["exec \"$MLSCHED\" observe --duration 2"] + options).joined(separator: " ")
        )
        #expect(result.status == 2)
        #expect(result.output == "")
        if Self.isPossible { #expect(result.errors.contains(sentence)) }
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test("a full disk ends it with one sentence", .enabled(if: isPossible))
    func fullDisk() throws {
        let result = try Program.run("observe", "--duration", "5", "--csv", "/dev/full")
        #expect(result.status == 1)
        #expect(result.errors.contains("/dev/full cannot be written"))
        // Beside what a machine with one cache is told.
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count { !$0.contains("one domain only") } == 1)
    }

    @Test("JSON tells every request and sums that agree with themselves", .enabled(if: isPossible))
    func json() throws {
        let result = try Program.run("observe", "--duration", "1", "--json")
        #expect(result.status == 0)
        // A machine with one cache is told how to make two domains, and nothing else.
        #expect(result.errors.isEmpty || result.errors.contains(/one domain only.*--domains/))
        let lines = try result.lines.map { try JSONValue($0) }
        let total = try #require(lines.last)
        #expect(total["type"] == .string("total"))
        #expect(lines.contains { $0["type"] == .string("interval") })
        let counters = try #require(total["counters"])
        #expect(counters["switches"] != nil && counters["switches"] != .number(0))
    }

    @Test("kill -9 leaves no program in the kernel", .enabled(if: isPossible))
    func kill() throws {
        let result = try Program.shell(
            """
            "$MLSCHED" observe --stats 0.1 --duration 60 > /tmp/mlsched-observe.$$ & pid=$!
            for _ in $(seq 200); do [ -s /tmp/mlsched-observe.$$ ] && break; sleep 0.05; done
            sed -n 's/^prog_id:[[:blank:]]*//p' /proc/$pid/fdinfo/* 2>/dev/null | sort -u
            kill -9 $pid; wait $pid 2>/dev/null; rm -f /tmp/mlsched-observe.$$
            """
        )
        let programs = result.lines.compactMap { UInt32($0) }
        #expect(programs.count >= 4)
        for _ in 0..<100 where programs.contains(where: Self.isLoaded) { usleep(50_000) }
        #expect(!programs.contains(where: Self.isLoaded))
    }

    /// Whether a program is in the kernel's own list.
    private static func isLoaded(_ identifier: UInt32) -> Bool {
        let descriptor = bpf_prog_get_fd_by_id(identifier)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
