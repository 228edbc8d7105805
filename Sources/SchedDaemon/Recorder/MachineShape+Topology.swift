internal import Glibc
public import SchedRecording

extension MachineShape {
    /// This machine.
    ///
    /// - Parameters:
    ///   - topology: its CPUs.
    ///   - sysfs: where sysfs is mounted.
    ///   - procfs: where procfs is mounted.
    public init(_ topology: CPUTopology, sysfs: String = "/sys", procfs: String = "/proc") {
        let online = Set(topology.online.cpus)
        let cache = Self.firstMember(of: topology.caches)
        let node = Self.firstMember(of: topology.nodes)
        let cpus = topology.online.cpus.map { id in
            let path = "\(sysfs)/devices/system/cpu/cpu\(id)/topology/thread_siblings_list"
            let siblings = SysfsFile(path).text().flatMap { try? CPUList(parsing: $0) }
            let core = siblings?.cpus.first { online.contains($0) }
            return CPU(id: id, core: core ?? id, cache: cache[id] ?? id, node: node[id] ?? id)
        }
        var name = utsname()
        uname(&name)
        self.init(
            architecture: Self.text(name.machine),
            kernel: Self.text(name.release),
            processor: Self.processor(procfs),
            cpus: cpus
        )
    }

    private static func firstMember(of groups: [CPUList]) -> [Int: Int] {
        var first: [Int: Int] = [:]
        for group in groups {
            for cpu in group.cpus { first[cpu] = group.cpus.first }
        }
        return first
    }

    private static func text(_ field: some Any) -> String {
        withUnsafeBytes(of: field) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func processor(_ procfs: String) -> String {
        let lines = (SysfsFile("\(procfs)/cpuinfo").text() ?? "").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("model name") }
        let name = line?.split(separator: ":", maxSplits: 1).last ?? ""
        return String(name.drop { $0 == " " })
    }
}
