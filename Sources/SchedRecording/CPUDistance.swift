/// What two CPUs share, nearest first.
public enum CPUDistance: String, CaseIterable, Codable, Comparable, Sendable {
    /// A core: they are its hardware threads.
    case core
    /// The last-level cache.
    case cache
    /// The NUMA node.
    case node
    /// Nothing but the machine.
    case nothing

    /// Nearer comes first.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
