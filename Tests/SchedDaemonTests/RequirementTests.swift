import MachineTestSupport
import SchedDaemon
import Testing

@Suite struct RequirementTests {
    @Test("a kernel without sched_ext is told apart, with what to do")
    func noSchedExt() throws {
        let sysfs = try FakeSysfs(["kernel/btf/vmlinux": "BTF"])
        let requirements = KernelRequirements(sysfs: sysfs.root, procfs: "/proc")
        let error = #expect(throws: UnmetRequirement.self) { try requirements.check() }
        #expect(error?.requirement.name == "sched_ext")
        #expect(error.map { "\($0)" }?.contains("CONFIG_SCHED_CLASS_EXT=y") == true)
        // One fault, not two.
        #expect(requirements.all.first { $0.name == "kernel functions" }?.isMet == true)
    }

    @Test("a kernel without type information is the first thing said")
    func noBTF() throws {
        let sysfs = try FakeSysfs(["kernel/sched_ext/state": "disabled"])
        let requirements = KernelRequirements(sysfs: sysfs.root, procfs: "/proc")
        let error = #expect(throws: UnmetRequirement.self) { try requirements.check() }
        #expect(error?.requirement.name == "kernel type information")
    }

    @Test("another scheduler is named")
    func otherScheduler() throws {
        let sysfs = try FakeSysfs([
            "kernel/sched_ext/state": "enabled", "kernel/sched_ext/root/ops": "simple",
        ])
        let requirements = KernelRequirements(sysfs: sysfs.root, procfs: "/proc")
        let other = requirements.all.first { $0.name == "no other scheduler" }
        #expect(other?.finding.contains("simple") == true)
        #expect(other?.remedy == "stop it first: systemctl stop scx, or scxctl stop")
        #expect(other?.isMet == false)
    }

    @Test("a control group with a limit is named, and can be ignored")
    func limitedGroup() throws {
        let sysfs = try FakeSysfs([
            "fs/cgroup/cpu.max": "max 100000", "fs/cgroup/a.slice/cpu.max": "max 100000",
            "fs/cgroup/a.slice/b.service/cpu.max": "20000 100000",
            "fs/cgroup/c/d/cpu.max": "5000 10000",
        ])
        let limits = KernelRequirements(sysfs: sysfs.root).all.first { $0.name == "no CPU limits" }
        #expect(limits?.isMet == false)
        #expect(limits?.finding.contains("/a.slice/b.service and 1 more") == true)
        let ignoring = KernelRequirements(sysfs: sysfs.root, ignoresLimits: true)
        #expect(!ignoring.all.contains { $0.name == "no CPU limits" })
    }

    @Test("control groups without a limit, or none at all, are no obstacle")
    func unlimitedGroups() throws {
        for files in [[:], ["fs/cgroup/a/cpu.max": "max 100000"]] {
            let sysfs = try FakeSysfs(files.merging(["kernel/x": ""]) { first, _ in first })
            let found = KernelRequirements(sysfs: sysfs.root).all.last
            #expect(found?.name == "no CPU limits")
            #expect(found?.isMet == true)
        }
    }

    @Test(
        "capabilities are read from the process",
        arguments: [
            ("0000000000000000", false), ("000001ffffffffff", true), ("000000c000000000", true),
            ("0000008000000000", false), ("0000000000200000", true),
        ]
    )
    func privileges(mask: String, isMet: Bool) throws {
        let procfs = try FakeSysfs(["self/status": "Name:\tx\nCapEff:\t\(mask)\nSeccomp:\t0"])
        let requirements = KernelRequirements(sysfs: "/sys", procfs: procfs.root)
        #expect(requirements.all.first { $0.name == "privileges" }?.isMet == isMet)
    }
}
