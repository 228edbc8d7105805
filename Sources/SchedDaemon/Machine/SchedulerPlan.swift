internal import BPFRuntime
internal import CMLSchedABI
public import MLSched

/// What one attachment is made for: the machine as it is now, and its domains.
///
/// It holds until a CPU goes on- or offline; then the kernel ends the attachment.
public struct SchedulerPlan: Equatable, Sendable {
    /// The CPUs of the machine.
    public let topology: CPUTopology
    /// The domains, each a list of online CPUs; every online CPU is in exactly one.
    public let domains: [CPUList]
    /// The kernel's count of hotplug events when the topology was read.
    let hotplugSequence: UInt64

    /// Reads the machine.
    ///
    /// The count of hotplug events is read first, so that the kernel refuses a plan that a CPU
    /// came or went after.
    ///
    /// - Parameters:
    ///   - grouping: how CPUs become domains.
    ///   - isAfterHotplug: whether CPUs of given lists may have gone offline since.
    ///   - root: where sysfs is mounted.
    /// - Throws: `TopologyError` when the CPUs cannot be read or grouped so.
    public init(
        grouping: DomainGrouping,
        isAfterHotplug: Bool = false,
        sysfs root: String = "/sys"
    ) throws(TopologyError) {
        let sequence = SysfsFile("\(root)/kernel/sched_ext/hotplug_seq").text()
        hotplugSequence = sequence.flatMap(UInt64.init) ?? 0
        topology = try CPUTopology(sysfs: root)
        let grouping = isAfterHotplug ? grouping.keeping(topology.online) : grouping
        domains = try grouping.domains(of: topology)
        let online = topology.online.cpus.count
        guard let space = try? PatternSpace(cpuIDs: topology.cpuIDCount, online: online) else {
            throw .tooManyCPUs(topology.cpuIDCount)
        }
        self.space = space
    }

    /// The patterns that candidates on this machine can have.
    public let space: PatternSpace

    /// Tells the programs of an object that is not loaded yet.
    func configure(_ open: inout OpenObject) throws(BPFError) {
        try open.setVariable("mls_nr_cpu_ids", to: UInt32(space.cpuIDs))
        try open.setVariable("mls_nr_online", to: UInt32(space.online))
        try open.setVariable("mls_nr_domains", to: UInt32(domains.count))
        try open.setVariable("mls_cpu_domain", elements: domainOfCPU)
        try open.setVariable("mls_domain_nr_cpus", elements: domains.map { UInt32($0.cpus.count) })
        try open.setVariable("mls_domain_node", elements: nodeOfDomain)
    }

    /// The domain of each CPU id, `MLS_NO_DOMAIN` for CPUs that are offline.
    var domainOfCPU: [UInt16] {
        var table = [UInt16](repeating: UInt16(MLS_NO_DOMAIN), count: CPUTopology.maximumCPUs)
        for (index, domain) in domains.enumerated() {
            for cpu in domain.cpus { table[cpu] = UInt16(index) }
        }
        return table
    }

    /// The NUMA node of each domain's first CPU: tasks go to a domain of the same node first.
    private var nodeOfDomain: [UInt16] {
        domains.map { domain in
            let node = topology.nodes.firstIndex { node in
                domain.cpus.first.map(node.cpus.contains) ?? false
            }
            return UInt16(node ?? 0)
        }
    }
}
