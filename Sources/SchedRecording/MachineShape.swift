/// A machine's CPUs and what they share, as a recording or a cost table names it.
public struct MachineShape: Equatable, Sendable {
    /// One CPU; cores, caches and nodes are known by the lowest id of a CPU that is in them.
    public struct CPU: Equatable, Sendable {
        /// The kernel's id, 0 – 1,023.
        public let id: Int
        /// Its core.
        public let core: Int
        /// Its last-level cache.
        public let cache: Int
        /// Its NUMA node.
        public let node: Int

        /// A CPU and where it is.
        public init(id: Int, core: Int, cache: Int, node: Int) {
            self.id = id
            self.core = core
            self.cache = cache
            self.node = node
        }
    }

    /// The kernel's name of the machine's architecture, such as `x86_64`.
    public let architecture: String
    /// The kernel's release.
    public let kernel: String
    /// What the processor calls itself; empty where it does not say.
    public let processor: String
    /// CPUs that are online, ascending by id.
    public let cpus: [CPU]

    /// A machine given in full.
    ///
    /// - Precondition: `cpus` is ascending by id, each once.
    public init(architecture: String, kernel: String, processor: String, cpus: [CPU]) {
        self.architecture = architecture
        self.kernel = kernel
        self.processor = processor
        self.cpus = cpus
    }

    /// What two CPUs share.
    public static func distance(_ left: CPU, _ right: CPU) -> CPUDistance {
        if left.core == right.core { return .core }
        if left.cache == right.cache { return .cache }
        return left.node == right.node ? .node : .nothing
    }

    /// Whether CPUs of a core share its cache, and CPUs of a cache its node, which is what makes
    /// distances add up.
    public var isConsistent: Bool {
        Self.isFunction(cpus.map { ($0.core, $0.cache) })
            && Self.isFunction(cpus.map { ($0.cache, $0.node) })
    }

    private static func isFunction(_ pairs: [(Int, Int)]) -> Bool {
        var image: [Int: Int] = [:]
        return pairs.allSatisfy { from, to in
            image[from] == nil ? image.updateValue(to, forKey: from) == nil : image[from] == to
        }
    }
}
