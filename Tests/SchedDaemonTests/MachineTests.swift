import CMLSchedABI
import MLSched
import MachineTestSupport
import Testing

@testable import SchedDaemon

@Suite struct MachineTests {
    @Test("every online CPU has its domain, and every other id has none")
    func domainOfCPU() throws {
        let sysfs = try FakeSysfs.twoCaches()
        let plan = try SchedulerPlan(grouping: .cache, sysfs: sysfs.root)
        let table = plan.domainOfCPU
        #expect(table.count == CPUTopology.maximumCPUs)
        #expect(table[0..<4].allSatisfy { $0 == 0 } && table[4..<8].allSatisfy { $0 == 1 })
        #expect(table[8...].allSatisfy { $0 == UInt16(MLS_NO_DOMAIN) })
    }

    @Test("the count of hotplug events is that of the kernel, and 0 where it has none")
    func hotplug() throws {
        let sysfs = try FakeSysfs.twoCaches()
        #expect(try SchedulerPlan(grouping: .cache, sysfs: sysfs.root).hotplugSequence == 3)
        try sysfs.write("no number", to: "kernel/sched_ext/hotplug_seq")
        #expect(try SchedulerPlan(grouping: .cache, sysfs: sysfs.root).hotplugSequence == 0)
    }

    @Test("a CPU that goes offline leaves its domain, and a domain without CPUs goes")
    func offline() throws {
        let sysfs = try FakeSysfs.twoCaches()
        try sysfs.write("0-3,5", to: "devices/system/cpu/online")
        let plan = try SchedulerPlan(grouping: .cache, sysfs: sysfs.root)
        #expect(plan.domains.map(\.description) == ["0-3", "5"])
        #expect(plan.space.online == 5 && plan.space.cpuIDs == 16)
        try sysfs.write("0-3", to: "devices/system/cpu/online")
        let less = try SchedulerPlan(grouping: .cache, sysfs: sysfs.root)
        #expect(less.domains.map(\.description) == ["0-3"])
    }

    @Test("more CPU ids than are supported are refused with their number")
    func tooMany() throws {
        let sysfs = try FakeSysfs.twoCaches()
        try sysfs.write("0-2047", to: "devices/system/cpu/possible")
        #expect(throws: TopologyError.self) {
            try SchedulerPlan(grouping: .cache, sysfs: sysfs.root)
        }
    }

    @Test("more domains than are supported are refused with what to do")
    func tooManyDomains() throws {
        let lists = (0..<CPUTopology.maximumDomains + 1).map { CPUList([$0]) }
        let online = CPUList(0..<lists.count)
        let topology = CPUTopology(
            online: online,
            cpuIDCount: lists.count,
            caches: lists,
            nodes: [online]
        )
        let error = #expect(throws: TopologyError.self) {
            try DomainGrouping.cache.domains(of: topology)
        }
        #expect(error == .tooManyDomains(lists.count))
        #expect(try DomainGrouping.node.domains(of: topology) == [online])
    }

    @Test(
        "each error says what is wrong with what, and what to do",
        arguments: [
            (TopologyError.unreadable(path: "/x", errno: 2), ["/x", "error 2", "sysfs"]),
            (.badCPUList("0-"), ["'0-'", "0-3,8"]), (.sharedCPU(3), ["CPU 3", "once"]),
            (.offlineCPU(9, online: CPUList(0...3)), ["CPU 9", "0-3"]),
            (.forgottenCPUs(CPUList([4, 5])), ["4-5", "needs one"]),
            (.tooManyDomains(65), ["65", "64", "--domains"]),
            (.tooManyCPUs(2048), ["2048", "1024"]),
        ]
    )
    func errors(error: TopologyError, parts: [String]) {
        for part in parts { #expect("\(error)".contains(part)) }
    }
}

@Suite struct KernelReportTests {
    /// A report as the BPF program writes it.
    private static func info(_ kind: UInt32, _ reason: String, _ message: String) -> mls_exit_info {
        var info = mls_exit_info()
        info.kind = kind
        info.code = 7
        withUnsafeMutableBytes(of: &info.reason) { $0.copyBytes(from: reason.utf8) }
        withUnsafeMutableBytes(of: &info.message) { $0.copyBytes(from: message.utf8) }
        return info
    }

    @Test("the kernel's words end at their zero, and fill their array at most")
    func text() {
        let report = ExitReport(Self.info(1026, "stall", "task 7"), dump: "d")
        #expect(
            report == ExitReport(kind: 1026, code: 7, reason: "stall", message: "task 7", dump: "d")
        )
        let full = String(repeating: "x", count: 128)
        #expect(ExitReport(Self.info(64, full, ""), dump: "").reason == full)
    }

    @Test("words that are no UTF-8 are shown as far as they can be")
    func broken() {
        var info = Self.info(64, "", "")
        withUnsafeMutableBytes(of: &info.reason) { $0.copyBytes(from: [0x61, 0xff, 0x62]) }
        #expect(ExitReport(info, dump: "").reason == "a\u{fffd}b")
    }
}
