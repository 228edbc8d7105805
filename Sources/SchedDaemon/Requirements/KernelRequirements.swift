internal import BPFRuntime

/// What the scheduler needs of the running kernel and of its own process.
public struct KernelRequirements: Sendable {
    /// All requirements, each after those without which it cannot be met.
    public let all: [Requirement]

    /// Looks at the machine; changes nothing.
    ///
    /// - Parameters:
    ///   - sysfs: where sysfs is mounted.
    ///   - procfs: where procfs is mounted.
    ///   - ignoresLimits: go on beside control groups that `cpu.max` limits.
    public init(
        sysfs: String = "/sys",
        procfs: String = "/proc",
        ignoresLimits: Bool = false
    ) {
        all =
            [
                Self.typeInformation(sysfs), Self.schedExt(sysfs),
                Self.kernelFunctions(sysfs, procfs), Self.privileges(procfs),
                Self.noOtherScheduler(sysfs),
            ] + (ignoresLimits ? [] : [Self.noLimits(sysfs)])
    }

    /// Refuses to go on unless every requirement is met.
    ///
    /// - Throws: ``UnmetRequirement`` with the first one that is not.
    public func check() throws(UnmetRequirement) {
        if let unmet = all.first(where: { !$0.isMet }) { throw UnmetRequirement(unmet) }
    }

    /// Refuses to go on unless programs can watch the kernel, with sched_ext or without.
    ///
    /// - Throws: ``UnmetRequirement`` with the first requirement that is not met.
    public static func checkTracing(
        sysfs: String = "/sys",
        procfs: String = "/proc"
    ) throws(UnmetRequirement) {
        for requirement in [typeInformation(sysfs), privileges(procfs)] where !requirement.isMet {
            throw UnmetRequirement(requirement)
        }
    }

    private static func typeInformation(_ sysfs: String) -> Requirement {
        let path = "\(sysfs)/kernel/btf/vmlinux"
        guard SysfsFile(path).exists else {
            return Requirement(
                "kernel type information",
                "the kernel has no BTF (\(path))",
                remedy: "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y"
            )
        }
        return Requirement("kernel type information", path)
    }

    private static func schedExt(_ sysfs: String) -> Requirement {
        let path = "\(sysfs)/kernel/sched_ext"
        guard let state = SysfsFile("\(path)/state").text() else {
            return Requirement(
                "sched_ext",
                "the kernel has no sched_ext (\(path))",
                remedy: "boot Linux 6.12 or later built with CONFIG_SCHED_CLASS_EXT=y"
            )
        }
        return Requirement("sched_ext", state)
    }

    private static func kernelFunctions(_ sysfs: String, _ procfs: String) -> Requirement {
        let name = "kernel functions"
        guard SysfsFile("\(sysfs)/kernel/sched_ext/state").exists else {
            // One fault, not two: a kernel without sched_ext has none of them.
            return Requirement(name, "not looked for: they come with sched_ext")
        }
        guard let kernel = try? KernelBTF() else {
            return Requirement(
                name,
                "the kernel's BTF cannot be read",
                remedy: "check \(sysfs)/kernel/btf"
            )
        }
        let needed = KernelFunctions.needed
        let missing = needed.filter { names in !names.contains { kernel.hasFunction($0) } }
        guard let first = missing.first?.first else {
            return Requirement(name, "all \(needed.count) that are used")
        }
        if KernelSymbols(procfs: procfs).contains(first) == true {
            return Requirement(
                name,
                "the kernel has \(first), but its BTF does not",
                remedy: "boot a kernel whose BTF was made by pahole 1.26 or later"
            )
        }
        return Requirement(
            name,
            "the kernel lacks the function \(first)",
            remedy: "boot Linux 6.12 or later with sched_ext, or update mlsched for this kernel"
        )
    }

    private static func privileges(_ procfs: String) -> Requirement {
        let name = "privileges"
        let status = SysfsFile("\(procfs)/self/status").text() ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let mask = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        let (sysAdmin, perfmon, bpf) = (UInt64(1) << 21, UInt64(1) << 38, UInt64(1) << 39)
        guard mask & sysAdmin != 0 || mask & (perfmon | bpf) == perfmon | bpf else {
            return Requirement(
                name,
                "this process lacks CAP_BPF and CAP_PERFMON",
                remedy: "run it as root, or give it both capabilities"
            )
        }
        return Requirement(name, "CAP_BPF and CAP_PERFMON")
    }

    private static func noLimits(_ sysfs: String) -> Requirement {
        let name = "no CPU limits"
        let limited = GroupLimits(cgroups: "\(sysfs)/fs/cgroup").groups
        guard let first = limited.first else { return Requirement(name, "cpu.max limits no group") }
        let others = limited.count > 1 ? " and \(limited.count - 1) more" : ""
        return Requirement(
            name,
            "cpu.max limits the control group \(first)\(others), which this scheduler would not",
            remedy: "lift the limit, or give --ignore-cpu-max to go on without it"
        )
    }

    /// The unit that most likely runs a scheduler.
    private static func unit(of scheduler: String) -> String {
        scheduler.hasPrefix("mlsched") ? "mlsched" : "scx"
    }

    private static func noOtherScheduler(_ sysfs: String) -> Requirement {
        let name = "no other scheduler"
        let path = "\(sysfs)/kernel/sched_ext"
        let state = SysfsFile("\(path)/state").text() ?? "disabled"
        guard state == "disabled" else {
            let other = SysfsFile("\(path)/root/ops").text() ?? "another scheduler"
            return Requirement(
                name,
                "the scheduler \(other) is \(state)",
                remedy: "stop it first: systemctl stop \(Self.unit(of: other)), or scxctl stop"
            )
        }
        return Requirement(name, "none is attached")
    }
}
