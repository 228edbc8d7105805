internal import CSchedSim

/// A machine to simulate: its CPUs, what they share, and what moving between them costs.
public struct SimMachine: Equatable, Sendable {
    /// CPUs, most 1,024, those of a core one after the other.
    public var cpus: [SimCPU]
    /// What moving costs, and what of it is modelled.
    public var costs: MoveCosts
    /// Time between two ticks of the kernel, ns: 4,000,000 is HZ=250.
    public var tickNanoseconds: UInt32 = 4_000_000
    /// Whether idle CPUs that were claimed and not used stay lost, as on early 6.12 kernels.
    public var hasStaleIdleMasks = false
    /// A wrong rule of the core, for negative controls: enqueue comes before dispatch.
    public var enqueuesFirst = false

    /// A machine of equal parts.
    ///
    /// Domains are the last-level caches.
    ///
    /// - Throws: `SimError.impossible` where the parts do not divide each other.
    public init(
        cpus count: Int,
        llcs: Int = 2,
        nodes: Int = 1,
        smt: Int = 1,
        costs: MoveCosts = MoveCosts()
    ) throws(SimError) {
        guard (1...Int(MLS_SIM_MAX_CPUS)).contains(count) else {
            throw .impossible(
                "a machine has 1 to \(MLS_SIM_MAX_CPUS) CPUs; \(count) were asked for"
            )
        }
        guard nodes > 0, llcs > 0, smt > 0, llcs % nodes == 0, count % (llcs * smt) == 0 else {
            throw .impossible(
                "\(count) CPUs, \(smt) to a core, cannot be shared equally among \(llcs) caches in "
                    + "\(nodes) nodes; choose numbers that divide each other"
            )
        }
        guard llcs <= 64 else {
            throw .impossible("there are at most 64 domains; \(llcs) caches were asked for")
        }
        self.costs = costs
        cpus = (0..<count).map { cpu in
            let llc = cpu * llcs / count
            return SimCPU(core: cpu / smt, llc: llc, node: llc * nodes / llcs, domain: llc)
        }
    }

    /// CPUs of a domain.
    public func cpus(ofDomain domain: Int) -> [Int] {
        cpus.indices.filter { cpus[$0].domain == domain }
    }

    /// Domains.
    public var domainCount: Int { (cpus.map(\.domain).max() ?? 0) + 1 }
}

/// A CPU and what it shares with others.
public struct SimCPU: Equatable, Sendable {
    /// The core; CPUs of one are siblings.
    public var core: Int
    /// The last-level cache.
    public var llc: Int
    /// The NUMA node.
    public var node: Int
    /// The domain that the scheduler is told, 0–63.
    public var domain: Int
    /// Speed as a part of 1,024.
    public var capacity = 1024

    /// A CPU of full capacity.
    public init(core: Int, llc: Int, node: Int, domain: Int) {
        self.core = core
        self.llc = llc
        self.node = node
        self.domain = domain
    }

    var lowered: mls_sim_cpu {
        mls_sim_cpu(
            core: UInt32(core),
            llc: UInt32(llc),
            node: UInt32(node),
            domain: UInt32(domain),
            capacity: UInt32(capacity)
        )
    }
}
