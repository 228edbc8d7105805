internal import CMLSchedABI

/// The CPUs of a machine, as sysfs shows them now.
public struct CPUTopology: Equatable, Sendable {
    /// CPU ids that the scheduler supports, exclusive bound.
    public static let maximumCPUs = Int(MLS_MAX_CPUS)
    /// Domains that the scheduler supports.
    public static let maximumDomains = Int(MLS_MAX_DOMAINS)

    /// CPUs that schedule tasks now.
    public let online: CPUList
    /// The highest CPU id that can ever come online, plus one.
    public let cpuIDCount: Int
    /// Online CPUs that share a last-level cache, ascending by first CPU.
    public let caches: [CPUList]
    /// Online CPUs of each NUMA node, ascending by first CPU.
    public let nodes: [CPUList]

    /// A topology given in full.
    public init(online: CPUList, cpuIDCount: Int, caches: [CPUList], nodes: [CPUList]) {
        self.online = online
        self.cpuIDCount = cpuIDCount
        self.caches = caches
        self.nodes = nodes
    }

    /// Reads the topology below a sysfs root.
    ///
    /// A machine without cache information, such as some VMs, has one cache over all its CPUs.
    ///
    /// - Parameter root: where sysfs is mounted.
    /// - Throws: ``TopologyError`` when the CPUs cannot be read or are too many.
    public init(sysfs root: String = "/sys") throws(TopologyError) {
        let system = "\(root)/devices/system"
        online = try CPUList(parsing: try Self.read("\(system)/cpu/online"))
        let possible = try CPUList(parsing: try Self.read("\(system)/cpu/possible"))
        cpuIDCount = (possible.cpus.last ?? 0) + 1
        guard cpuIDCount <= Self.maximumCPUs else { throw .tooManyCPUs(cpuIDCount) }
        caches = Self.group(online) { cpu in
            Self.lastLevelCache(of: cpu, below: "\(system)/cpu/cpu\(cpu)/cache")
        }
        let nodeOfCPU = Self.nodes(below: "\(system)/node")
        nodes = Self.group(online) { nodeOfCPU[$0] ?? CPUList([]) }
    }

    /// Groups CPUs that have the same key; ascending by each group's first CPU.
    private static func group(_ cpus: CPUList, by key: (Int) -> CPUList) -> [CPUList] {
        Dictionary(grouping: cpus.cpus) { key($0).description }
            .values
            .map { CPUList($0) }
            .sorted { ($0.cpus.first ?? 0) < ($1.cpus.first ?? 0) }
    }

    /// The CPUs that share the cache of the highest level with one CPU.
    private static func lastLevelCache(of cpu: Int, below path: String) -> CPUList {
        let caches = (0..<16).compactMap { index -> (level: Int, cpus: CPUList)? in
            guard let level = try? Int(read("\(path)/index\(index)/level")),
                let list = try? read("\(path)/index\(index)/shared_cpu_list"),
                let cpus = try? CPUList(parsing: list)
            else { return nil }
            return (level, cpus)
        }
        return caches.max { $0.level < $1.level }?.cpus ?? CPUList([])
    }

    private static func nodes(below path: String) -> [Int: CPUList] {
        guard let list = try? read("\(path)/online"), let ids = try? CPUList(parsing: list) else {
            return [:]
        }
        var nodeOfCPU: [Int: CPUList] = [:]
        for node in ids.cpus {
            guard let list = try? read("\(path)/node\(node)/cpulist"),
                let cpus = try? CPUList(parsing: list)
            else { continue }
            for cpu in cpus.cpus { nodeOfCPU[cpu] = cpus }
        }
        return nodeOfCPU
    }

    private static func read(_ path: String) throws(TopologyError) -> String {
        guard let text = SysfsFile(path).text() else {
            throw .unreadable(path: path, errno: 2)
        }
        return text
    }
}
