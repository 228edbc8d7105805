/// What a fuzzed case may hold, and within which bounds it must stay.
public struct FuzzOptions: Equatable, Sendable {
    /// Things that happen beside tasks that run, sleep, fork and end.
    public struct Hazards: OptionSet, Hashable, Sendable {
        /// Bits.
        public let rawValue: Int

        /// Hazards from their bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Weights are changed from outside.
        public static let weights = Hazards(rawValue: 1)
        /// Affinities are changed from outside.
        public static let affinities = Hazards(rawValue: 2)
        /// CPUs go offline and come back.
        public static let hotplug = Hazards(rawValue: 4)
        /// Tasks of a higher class take CPUs away.
        public static let realtime = Hazards(rawValue: 8)
        /// Tasks disable migration.
        public static let pinning = Hazards(rawValue: 16)
        /// Idle CPUs that were claimed in vain stay lost, as on early 6.12 kernels.
        public static let staleMasks = Hazards(rawValue: 32)
        /// Tasks are in control groups, change them, and the groups change their weights.
        public static let groups = Hazards(rawValue: 64)
        /// All of them.
        public static let all = Hazards(rawValue: 127)

        /// Each by its name, as options of the command line give it.
        public static let named: [(name: String, hazard: Hazards)] = [
            ("weights", .weights), ("affinities", .affinities), ("hotplug", .hotplug),
            ("realtime", .realtime), ("pinning", .pinning), ("stale-masks", .staleMasks),
            ("groups", .groups),
        ]
    }

    /// What may happen.
    public var hazards: Hazards = .all
    /// How long each case is simulated, ns.
    public var nanoseconds: UInt64 = 3_000_000_000
    /// How long a task may wait that a CPU could run, ns; 0: any time.
    public var waitBoundNanoseconds: UInt64 = 2_500_000_000
    /// How long it may wait beside an idle CPU that it may use, ns; 0: any time.
    public var idleBoundNanoseconds: UInt64 = 20_000_000
    /// CPUs, at most.
    public var mostCPUs = 16

    /// All hazards for three seconds.
    public init() {}
}
