import Glibc
import Testing

@Suite("run")
struct RunTests {
    /// Where the kernel has sched_ext, `run` would take over this machine: the VM's tests do that.
    static let hasSchedExt = access("/sys/kernel/sched_ext", F_OK) == 0

    @Test("a kernel without sched_ext is named, with what to do", .disabled(if: hasSchedExt))
    func noSchedExt() throws {
        let result = try Program.run("run", "--duration", "5")
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(
            result.errors
                == "mlsched: the kernel has no sched_ext (/sys/kernel/sched_ext): boot Linux 6.12 "
                + "or later built with CONFIG_SCHED_CLASS_EXT=y\n"
        )
    }

    @Test("--help-stats explains every statistic without scheduling")
    func helpStats() throws {
        let result = try Program.run("run", "--help-stats")
        #expect(result.status == 0)
        for name in ["consulted", "executed", "requests_dropped", "pulled"] {
            #expect(result.lines.contains { $0.contains(name) })
        }
    }
}
