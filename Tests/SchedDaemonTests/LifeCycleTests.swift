import MLSched
import SchedDaemon
import Testing

@Suite struct ExitReportTests {
    @Test("A report reads as all schedulers' do")
    func text() {
        let plain = ExitReport(kind: 64, code: 0, reason: "unregistered", message: "")
        #expect("\(plain)" == "EXIT: unregistered")
        let detailed = ExitReport(kind: 1026, code: 0, reason: "stall", message: "task 7")
        #expect("\(detailed)" == "EXIT: stall (task 7)")
    }

    @Test("Only hotplug and the like ask for a restart, errors never do")
    func restart() {
        let hotplug = ExitReport(kind: 66, code: 1 << 48 | 1 << 32, reason: "", message: "")
        #expect(hotplug.asksForRestart && !hotplug.isError)
        let error = ExitReport(kind: 1024, code: 1 << 48, reason: "", message: "")
        #expect(!error.asksForRestart && error.isError)
        #expect(!ExitReport(kind: 64, code: 0, reason: "", message: "").asksForRestart)
    }
}

@Suite struct RestartBudgetTests {
    @Test("Restarts are allowed up to the limit, and again when the window has passed")
    func budget() {
        var budget = RestartBudget(limit: 2, window: .seconds(10))
        let start = ContinuousClock.now
        var allowed: [Bool] = []
        for seconds in [0, 1, 9, 11] {
            allowed.append(budget.allowsRestart(at: start + .seconds(seconds)))
        }
        #expect(allowed == [true, true, false, true])
    }
}

@Suite struct RequirementTests {
    @Test("A kernel without sched_ext is told apart, with what to do")
    func noSchedExt() throws {
        let sysfs = try FakeSysfs(["kernel/btf/vmlinux": "BTF"])
        let requirements = KernelRequirements(sysfs: sysfs.root, procfs: "/proc")
        let error = #expect(throws: UnmetRequirement.self) { try requirements.check() }
        #expect(error?.requirement.name == "sched_ext")
        #expect(error.map { "\($0)" }?.contains("CONFIG_SCHED_CLASS_EXT=y") == true)
    }

    @Test("A kernel without type information is the first thing said")
    func noBTF() throws {
        let sysfs = try FakeSysfs(["kernel/sched_ext/state": "disabled"])
        let requirements = KernelRequirements(sysfs: sysfs.root, procfs: "/proc")
        let error = #expect(throws: UnmetRequirement.self) { try requirements.check() }
        #expect(error?.requirement.name == "kernel type information")
    }

    @Test("Another scheduler is named")
    func otherScheduler() throws {
        let sysfs = try FakeSysfs([
            "kernel/sched_ext/state": "enabled", "kernel/sched_ext/root/ops": "simple",
        ])
        let requirements = KernelRequirements(sysfs: sysfs.root, procfs: "/proc")
        let other = requirements.all.first { $0.name == "no other scheduler" }
        #expect(other?.finding.contains("simple") == true)
        #expect(other?.isMet == false)
    }

    @Test(
        "Capabilities are read from the process",
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

@Suite struct SchedulerPlanTests {
    @Test("A plan has the machine's CPUs, domains and patterns")
    func plan() throws {
        let sysfs = try FakeSysfs.twoCaches()
        let plan = try SchedulerPlan(grouping: .cache, sysfs: sysfs.root)
        #expect(plan.domains.map(\.description) == ["0-3", "4-7"])
        #expect(plan.space.cpuIDs == 16)
        #expect(plan.space.online == 8)
    }

    @Test("CPUs of given domains may go offline after the start, but not before")
    func givenDomains() throws {
        let sysfs = try FakeSysfs.twoCaches()
        let grouping = try DomainGrouping(parsing: "0-3,9/4-7/8")
        #expect(throws: TopologyError.self) {
            try SchedulerPlan(grouping: grouping, sysfs: sysfs.root)
        }
        let plan = try SchedulerPlan(grouping: grouping, isAfterHotplug: true, sysfs: sysfs.root)
        #expect(plan.domains.map(\.description) == ["0-3", "4-7"])
    }
}
