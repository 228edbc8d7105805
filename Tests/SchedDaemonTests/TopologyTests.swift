import MachineTestSupport
import SchedDaemon
import Testing

@Suite struct CPUListTests {
    @Test(
        "a list reads ids and ranges and writes them back in the shortest form",
        arguments: [
            ("0-3,8", "0-3,8"), ("7", "7"), ("3,1,2", "1-3"), ("0,2,4", "0,2,4"), ("", ""),
            ("5-5", "5"), ("0-1023", "0-1023"), ("1,1", "1"),
        ]
    )
    func roundTrip(text: String, shortest: String) throws {
        #expect(try CPUList(parsing: text).description == shortest)
    }

    @Test(
        "what is no list is refused with its text",
        arguments: [
            "a", "1-", "-1", "3-1", "1,,2", ",", "0-1024", "1 2", "+1", "0x1", "1-2-3", "٣",
        ]
    )
    func refused(text: String) {
        #expect(throws: TopologyError.badCPUList(text)) { try CPUList(parsing: text) }
    }
}

@Suite struct CPUTopologyTests {
    @Test("caches are the CPUs that share the highest level")
    func caches() throws {
        let sysfs = try FakeSysfs.twoCaches()
        let topology = try CPUTopology(sysfs: sysfs.root)
        #expect(topology.caches.map(\.description) == ["0-3", "4-7"])
        #expect(topology.nodes.map(\.description) == ["0-7"])
        #expect(topology.cpuIDCount == 16)
    }

    @Test("an offline CPU is in no cache, though its neighbours still name it")
    func offline() throws {
        let sysfs = try FakeSysfs.twoCaches()
        try sysfs.write("0-4,6-7", to: "devices/system/cpu/online")
        let topology = try CPUTopology(sysfs: sysfs.root)
        #expect(topology.caches.map(\.description) == ["0-3", "4,6-7"])
    }

    @Test("without cache or node information there is one domain")
    func bare() throws {
        let sysfs = try FakeSysfs([
            "devices/system/cpu/online": "0-1", "devices/system/cpu/possible": "0-1",
        ])
        let topology = try CPUTopology(sysfs: sysfs.root)
        #expect(topology.caches.map(\.description) == ["0-1"])
        #expect(topology.nodes.map(\.description) == ["0-1"])
    }

    @Test("a missing sysfs is an error that names the file")
    func missing() {
        let error = #expect(throws: TopologyError.self) { try CPUTopology(sysfs: "/nowhere") }
        #expect(error.map { "\($0)" }?.contains("/nowhere/devices/system/cpu/online") == true)
    }

    @Test("more CPU ids than the scheduler supports are refused")
    func tooMany() throws {
        let sysfs = try FakeSysfs([
            "devices/system/cpu/online": "0-1", "devices/system/cpu/possible": "0-1,1023",
        ])
        #expect(try CPUTopology(sysfs: sysfs.root).cpuIDCount == 1024)
    }

    @Test("this machine's own sysfs is understood")
    func real() throws {
        let topology = try CPUTopology()
        #expect(!topology.online.cpus.isEmpty)
        #expect(topology.caches.flatMap(\.cpus).sorted() == topology.online.cpus)
        #expect(topology.nodes.flatMap(\.cpus).sorted() == topology.online.cpus)
    }
}

@Suite struct DomainGroupingTests {
    let topology = CPUTopology(
        online: CPUList(0..<8),
        cpuIDCount: 8,
        caches: [CPUList(0..<4), CPUList(4..<8)],
        nodes: [CPUList(0..<8)]
    )

    @Test("names and lists group the CPUs")
    func groups() throws {
        #expect(try DomainGrouping(parsing: "llc").domains(of: topology) == topology.caches)
        #expect(try DomainGrouping(parsing: "node").domains(of: topology) == topology.nodes)
        let lists = try DomainGrouping(parsing: "0-1/2-6/7").domains(of: topology)
        #expect(lists.map(\.description) == ["0-1", "2-6", "7"])
    }

    @Test(
        "lists that leave a CPU out, name one twice or one that is absent are refused",
        arguments: [
            ("0-3/4-6", TopologyError.forgottenCPUs(CPUList([7]))),
            ("0-4/4-7", .sharedCPU(4)),
            ("0-3/4-8", .offlineCPU(8, online: CPUList(0..<8))),
        ]
    )
    func refused(text: String, error: TopologyError) throws {
        let grouping = try DomainGrouping(parsing: text)
        #expect(throws: error) { try grouping.domains(of: topology) }
    }

    @Test("anything else is no grouping", arguments: ["", "socket", "0-3/", "/0-3", "0-3//4-7"])
    func nonsense(text: String) {
        #expect(throws: TopologyError.self) { try DomainGrouping(parsing: text) }
    }

    @Test("65 domains are one too many")
    func tooMany() {
        let topology = CPUTopology(
            online: CPUList(0..<65),
            cpuIDCount: 65,
            caches: (0..<65).map { CPUList([$0]) },
            nodes: []
        )
        #expect(throws: TopologyError.tooManyDomains(65)) {
            try DomainGrouping.cache.domains(of: topology)
        }
    }
}
