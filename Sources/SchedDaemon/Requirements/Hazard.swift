internal import LinuxSystem

/// Something on this machine that does not go well with schedulers of this kind.
public struct Hazard: Equatable, Sendable {
    /// What it is about, as a short noun phrase.
    public let name: String
    /// What was found, and what comes of it.
    public let finding: String
    /// What to do about it.
    public let remedy: String

    /// A hazard that was found.
    init(_ name: String, _ finding: String, remedy: String) {
        self.name = name
        self.finding = finding
        self.remedy = remedy
    }
}

extension Hazard {
    /// Those that are found on this machine; changes nothing.
    ///
    /// - Parameters:
    ///   - sysfs: where sysfs is mounted.
    ///   - procfs: where procfs is mounted.
    /// - Returns: none on most machines.
    public static func all(sysfs: String = "/sys", procfs: String = "/proc") -> [Hazard] {
        all(sysfs: sysfs, procfs: procfs, coreCookie: ThisProcess.coreCookie(of:))
    }

    static func all(
        sysfs: String,
        procfs: String,
        coreCookie: (_ pid: Int32) -> UInt64?
    ) -> [Hazard] {
        [
            coreScheduling(sysfs, procfs, coreCookie), tracer(sysfs, procfs),
        ].compactMap { $0 }
    }

    /// Core scheduling keeps siblings idle by picking through the scheduler's class again and
    /// again, which sched_ext's schedulers without `core_sched_before` do not bear.
    private static func coreScheduling(
        _ sysfs: String,
        _ procfs: String,
        _ cookie: (Int32) -> UInt64?
    ) -> Hazard? {
        guard SysfsFile("\(sysfs)/devices/system/cpu/smt/active").text() == "1" else { return nil }
        let pids = FolderListing(procfs).names.compactMap(Int32.init)
        guard let pid = pids.first(where: { cookie($0) ?? 0 != 0 }) else { return nil }
        return Hazard(
            "core scheduling",
            "process \(pid) has a core-scheduling cookie, and CPUs have siblings: tasks can hang",
            remedy: "end the programs that use it, or switch SMT off"
        )
    }

    /// Without the tracer the scheduler cannot learn at the start what its own prologs do.
    private static func tracer(_ sysfs: String, _ procfs: String) -> Hazard? {
        let hasTracer = KernelSymbols(procfs: procfs).contains("register_ftrace_function")
        guard SysfsFile("\(sysfs)/kernel/sched_ext/state").exists, hasTracer == false else {
            return nil
        }
        return Hazard(
            "function tracer",
            "the kernel was built without CONFIG_FUNCTION_TRACER: tasks that may not migrate are "
                + "told by a rule of thumb",
            remedy: "boot a kernel that has it"
        )
    }
}
