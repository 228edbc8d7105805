import CMLSchedABI
import Foundation
import MachineTestSupport
import Testing

@testable import SchedDaemon

@Suite struct GroupLimitTests {
    @Test("limited groups come sorted, each by its path below the root, the root's being empty")
    func groups() throws {
        let cgroups = try FakeSysfs([
            "cpu.max": "50000 100000", "z/cpu.max": "1000 100000", "a/b/c/d/cpu.max": "max 100000",
            "a/b/c/cpu.max": "1 1000", "a/cpu.max": "max", "b/cpu.stat": "usage_usec 5",
        ])
        #expect(GroupLimits(cgroups: cgroups.root).groups == ["", "/a/b/c", "/z"])
    }

    @Test("a link is not followed, so that a circle of them has an end")
    func links() throws {
        let cgroups = try FakeSysfs(["a/cpu.max": "1 1000"])
        try FileManager.default.createSymbolicLink(
            atPath: cgroups.root + "/a/again",
            withDestinationPath: cgroups.root
        )
        #expect(GroupLimits(cgroups: cgroups.root).groups == ["/a"])
    }

    @Test("without a hierarchy nothing is limited")
    func none() {
        #expect(GroupLimits(cgroups: "/nowhere").groups.isEmpty)
        #expect(GroupLimits(cgroups: "/dev/null").groups.isEmpty)
    }
}

@Suite struct KernelFunctionsTests {
    @Test("every flag has a function that some needed one is also called, or that adds to them")
    func flags() {
        #expect(!KernelFunctions.flags.isEmpty)
        #expect(KernelFunctions.flags.allSatisfy { $0.0.hasPrefix("mls_has_") && !$0.1.isEmpty })
        #expect(Set(KernelFunctions.flags.map(\.0)).count == KernelFunctions.flags.count)
        // What stands for a new name of a function that is needed is the first of its names.
        for (flag, function) in KernelFunctions.flags where flag != "mls_has_task_set_slice" {
            #expect(KernelFunctions.needed.contains { $0.first == function }, "\(function)")
        }
    }

    @Test("no name of a needed function stands in two places, and none is empty")
    func needed() {
        let names = KernelFunctions.needed.flatMap { $0 }
        #expect(Set(names).count == names.count && !names.isEmpty)
        #expect(names.allSatisfy { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } })
    }
}

@Suite struct KernelSymbolEdgeTests {
    private static func contains(_ name: String, in text: String) throws -> Bool? {
        let procfs = try FakeSysfs(["kallsyms": text])
        return withExtendedLifetime(procfs) {
            KernelSymbols(procfs: procfs.root).contains(name)
        }
    }

    @Test(
        "a name is found in the first, the middle and the last line, and only as a whole",
        arguments: [
            ("first", true), ("middle", true), ("last", true), ("mid", false), ("iddle", false),
            ("", false), ("T", false),
        ]
    )
    func names(name: String, isThere: Bool) throws {
        let text = "0 T first\n0 t middle\t[module]\n0 T last"
        #expect(try Self.contains(name, in: text) == isThere)
    }

    @Test("a module's name is no symbol, and bytes that are no text are read over")
    func modules() throws {
        #expect(try Self.contains("[module]", in: "0 t x\t[module]") == false)
        #expect(try Self.contains("x", in: "\u{0}\u{1}\n0 T x") == true)
        let line = "0 T " + String(repeating: "y", count: 100_000)
        #expect(try Self.contains("x", in: "\(line)\n0 T x") == true)
    }

    @Test("a file without lines tells nothing, as one that may not be read does")
    func silent() throws {
        let procfs = try FakeSysfs([:])
        try FileManager.default.createDirectory(
            atPath: procfs.root,
            withIntermediateDirectories: true
        )
        #expect(FileManager.default.createFile(atPath: procfs.root + "/kallsyms", contents: nil))
        #expect(KernelSymbols(procfs: procfs.root).contains("x") == nil)
    }
}

@Suite struct TracingRequirementTests {
    private static let allowed = "CapEff:\t000000c000000000"

    @Test(
        "watching needs type information and capabilities, and no sched_ext",
        arguments: [
            (true, true, nil), (false, true, "kernel type information"),
            (true, false, "privileges"), (false, false, "kernel type information"),
        ] as [(Bool, Bool, String?)]
    )
    func tracing(hasTypes: Bool, isAllowed: Bool, missing: String?) throws {
        let sysfs = try FakeSysfs(hasTypes ? ["kernel/btf/vmlinux": "BTF"] : ["x": ""])
        let procfs = try FakeSysfs(["self/status": isAllowed ? Self.allowed : "CapEff:\t0"])
        var found: String?
        do throws(UnmetRequirement) {
            try KernelRequirements.checkTracing(sysfs: sysfs.root, procfs: procfs.root)
        } catch {
            found = error.requirement.name
        }
        #expect(found == missing)
    }

    @Test(
        "a status that cannot be understood grants nothing",
        arguments: ["", "CapEff:", "CapEff:\tzz", "CapEff:\t1ffffffffffffffff", "CapPrm:\tffff"]
    )
    func hostile(status: String) throws {
        let sysfs = try FakeSysfs(["kernel/btf/vmlinux": "BTF"])
        let procfs = try FakeSysfs(["self/status": status])
        #expect(throws: UnmetRequirement.self) {
            try KernelRequirements.checkTracing(sysfs: sysfs.root, procfs: procfs.root)
        }
    }

    @Test("a requirement without a remedy is met, and the sentence says what to do otherwise")
    func sentence() {
        let met = Requirement("x", "found")
        let unmet = Requirement("x", "it is missing", remedy: "install it")
        #expect(met.isMet && !unmet.isMet)
        #expect("\(UnmetRequirement(unmet))" == "it is missing: install it")
        #expect("\(UnmetRequirement(met))" == "found")
    }
}
