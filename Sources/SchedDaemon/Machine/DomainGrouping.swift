/// How CPUs are grouped into domains: `llc`, `node`, or lists such as `0-3/4-7`.
public enum DomainGrouping: Equatable, Sendable {
    /// CPUs that share a last-level cache.
    case cache
    /// CPUs of a NUMA node.
    case node
    /// The given groups of CPUs.
    case lists([CPUList])

    /// Parses what a user writes after `--domains`.
    ///
    /// - Parameter text: `llc`, `node`, or CPU lists separated by slashes.
    /// - Throws: ``TopologyError/badCPUList(_:)`` for anything else.
    public init(parsing text: String) throws(TopologyError) {
        switch text {
        case "llc": self = .cache
        case "node": self = .node
        default:
            var lists: [CPUList] = []
            for part in text.split(separator: "/", omittingEmptySubsequences: false) {
                let list = try CPUList(parsing: part)
                guard !list.cpus.isEmpty else { throw .badCPUList(text) }
                lists.append(list)
            }
            self = .lists(lists)
        }
    }

    /// The domains of a machine, each a list of online CPUs; every online CPU is in exactly one.
    ///
    /// - Throws: ``TopologyError`` when given lists name a CPU twice, leave one out or name one
    ///   that is not online, or when there are too many domains.
    public func domains(of topology: CPUTopology) throws(TopologyError) -> [CPUList] {
        let domains =
            switch self {
            case .cache: topology.caches
            case .node: topology.nodes
            case .lists(let lists): lists
            }
        guard domains.count <= CPUTopology.maximumDomains else {
            throw .tooManyDomains(domains.count)
        }
        var seen: Set<Int> = []
        let online = Set(topology.online.cpus)
        for cpu in domains.flatMap(\.cpus) {
            guard online.contains(cpu) else { throw .offlineCPU(cpu, online: topology.online) }
            guard seen.insert(cpu).inserted else { throw .sharedCPU(cpu) }
        }
        guard seen.count == online.count else {
            throw .forgottenCPUs(CPUList(online.subtracting(seen)))
        }
        return domains
    }

    /// The grouping without the CPUs of its lists that are not online, and without lists that are
    /// then empty.
    func keeping(_ online: CPUList) -> DomainGrouping {
        guard case .lists(let lists) = self else { return self }
        let online = Set(online.cpus)
        let kept = lists.map { CPUList($0.cpus.filter(online.contains)) }
        return .lists(kept.filter { !$0.cpus.isEmpty })
    }
}
