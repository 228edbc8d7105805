import MachineTestSupport
import SchedRecording
import Testing

@testable import SchedDaemon

@Suite struct MachineShapeTests {
    /// A machine of eight CPUs in two caches, of which two each share a core.
    private static func machine(online: String = "0-7") throws -> FakeSysfs {
        let sysfs = try FakeSysfs.twoCaches()
        try sysfs.write(online, to: "devices/system/cpu/online")
        for cpu in 0..<8 {
            let first = cpu & ~1
            try sysfs.write(
                "\(first)-\(first + 1)",
                to: "devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"
            )
        }
        return sysfs
    }

    private static func shape(
        _ sysfs: FakeSysfs,
        procfs: String = "/nowhere"
    ) throws -> MachineShape {
        MachineShape(try CPUTopology(sysfs: sysfs.root), sysfs: sysfs.root, procfs: procfs)
    }

    @Test("core, cache and node are named by the first of their CPUs")
    func places() throws {
        let cpus = try Self.shape(try Self.machine()).cpus
        #expect(cpus.map(\.id) == Array(0..<8))
        #expect(cpus.map(\.core) == [0, 0, 2, 2, 4, 4, 6, 6])
        #expect(cpus.map(\.cache) == [0, 0, 0, 0, 4, 4, 4, 4])
        #expect(cpus.allSatisfy { $0.node == 0 })
    }

    @Test("where the first sibling is offline, the core is named by the next one")
    func offline() throws {
        let cpus = try Self.shape(try Self.machine(online: "1,3-7")).cpus
        #expect(cpus.map(\.id) == [1, 3, 4, 5, 6, 7])
        #expect(cpus.map(\.core) == [1, 3, 4, 4, 6, 6])
        #expect(cpus.map(\.cache) == [1, 1, 4, 4, 4, 4])
    }

    @Test("without siblings each CPU is a core of its own")
    func noSiblings() throws {
        let cpus = try Self.shape(try FakeSysfs.twoCaches()).cpus
        #expect(cpus.map(\.core) == Array(0..<8))
    }

    @Test("siblings that cannot be read are none", arguments: ["", "nonsense", "9-3", "0-99999"])
    func hostile(siblings: String) throws {
        let sysfs = try FakeSysfs.twoCaches()
        try sysfs.write(siblings, to: "devices/system/cpu/cpu5/topology/thread_siblings_list")
        #expect(try Self.shape(sysfs).cpus[5].core == 5)
    }

    @Test(
        "the processor is what the first line of its kind says",
        arguments: [
            ("model name\t: Fast CPU: 3 GHz\nmodel name\t: other", "Fast CPU: 3 GHz"),
            ("processor\t: 0\nmodel name\t:   padded", "padded"), ("processor: 0", ""), ("", ""),
        ]
    )
    func processor(text: String, name: String) throws {
        let procfs = try FakeSysfs(["cpuinfo": text])
        #expect(try Self.shape(try Self.machine(), procfs: procfs.root).processor == name)
        #expect(try Self.shape(try Self.machine()).processor.isEmpty)
    }

    @Test("distances are those of places that CPUs share")
    func distances() throws {
        let cpus = try Self.shape(try Self.machine()).cpus
        #expect(MachineShape.distance(cpus[0], cpus[1]) == .core)
        #expect(MachineShape.distance(cpus[0], cpus[2]) == .cache)
        #expect(MachineShape.distance(cpus[3], cpus[4]) == .node)
    }

    @Test("a machine of one CPU has one core, one cache, one node")
    func single() throws {
        let sysfs = try FakeSysfs([
            "devices/system/cpu/online": "0", "devices/system/cpu/possible": "0",
        ])
        let shape = try Self.shape(sysfs)
        #expect(shape.cpus == [MachineShape.CPU(id: 0, core: 0, cache: 0, node: 0)])
        #expect(!shape.architecture.isEmpty && !shape.kernel.isEmpty)
    }
}
