internal import BPFRuntime
internal import CMLSchedABI
internal import LinuxSystem

/// How loaded a domain is.
public struct DomainLoad: Equatable, Sendable {
    /// Its CPUs.
    public let cpus: CPUList
    /// Its load, 0 – 1; 0.5 is every CPU busy and nobody waiting.
    public let load: Double

    /// A load given in full.
    public init(cpus: CPUList, load: Double) {
        self.cpus = cpus
        self.load = load
    }

    /// The load of each domain now, out of the map `domains` of either program.
    static func read(
        from map: borrowing BPFMap,
        of plan: SchedulerPlan
    ) throws(BPFError) -> [DomainLoad] {
        let now = MonotonicClock().now()
        var loads: [DomainLoad] = []
        for (index, domain) in plan.domains.enumerated() {
            let view: mls_domain? = try map.value(of: UInt32(index))
            let load = view.map { mls_load_value($0.load, UInt32(domain.cpus.count), now) } ?? 0
            loads.append(
                DomainLoad(cpus: domain, load: Double(load) / Double(1 << MLS_LOAD_SHIFT))
            )
        }
        return loads
    }
}
