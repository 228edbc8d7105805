import MLSched
import MachineTestSupport
import SchedDaemon
import Testing

@Suite struct SchedulerPlanTests {
    @Test("a plan has the machine's CPUs, domains and patterns")
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
