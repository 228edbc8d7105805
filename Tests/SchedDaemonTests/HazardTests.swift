import MachineTestSupport
import Testing

@testable import SchedDaemon

@Suite struct HazardTests {
    @Test("a machine without any has none")
    func none() throws {
        let sysfs = try FakeSysfs(["devices/system/cpu/smt/active": "1"])
        let procfs = try FakeSysfs(["1/comm": "init"])
        #expect(Hazard.all(sysfs: sysfs.root, procfs: procfs.root) { _ in 0 } == [])
    }

    @Test("a cookie of core scheduling counts where CPUs have siblings", arguments: ["0", "1"])
    func cookie(siblings: String) throws {
        let sysfs = try FakeSysfs(["devices/system/cpu/smt/active": siblings])
        let procfs = try FakeSysfs(["1/comm": "init", "77/comm": "vm", "self/comm": "x"])
        let found = Hazard.all(sysfs: sysfs.root, procfs: procfs.root) { $0 == 77 ? 5 : 0 }
        #expect(found.map(\.name) == (siblings == "1" ? ["core scheduling"] : []))
        #expect(found.allSatisfy { $0.finding.contains("process 77") })
    }

    @Test("a kernel with sched_ext and without the function tracer is told by its symbols")
    func tracer() throws {
        let sysfs = try FakeSysfs(["kernel/sched_ext/state": "disabled"])
        let without = try FakeSysfs(["kallsyms": "0000 T schedule\n0000 t x\t[module]"])
        let with = try FakeSysfs(["kallsyms": "0000 T register_ftrace_function\n0000 T x"])
        #expect(
            Hazard.all(sysfs: sysfs.root, procfs: without.root) { _ in nil }.map(\.name)
                == ["function tracer"]
        )
        #expect(Hazard.all(sysfs: sysfs.root, procfs: with.root) { _ in nil } == [])
        // A kernel that tells nobody is given the benefit of the doubt.
        #expect(Hazard.all(sysfs: sysfs.root, procfs: "/nowhere") { _ in nil } == [])
    }
}
