internal import CMLSchedABI

/// The features of a candidate with loads in tenths: the unit in which decisions are kept.
public struct Pattern: BitwiseCopyable, Hashable, Sendable {
    /// The CPU on which the task last ran.
    public let cpu: Int
    /// CPUs that are idle now.
    public let cpuIdle: Int
    /// Load of the domain that the task would leave, 0–10 tenths.
    public let srcLevel: Int
    /// Load of the domain that it would enter, 0–10 tenths.
    public let dstLevel: Int

    /// A pattern of fields.
    ///
    /// - Precondition: levels are 0–10, the others not negative.
    public init(cpu: Int, cpuIdle: Int, srcLevel: Int, dstLevel: Int) {
        let levels = 0..<Int(MLS_LOAD_LEVELS)
        precondition(cpu >= 0 && cpuIdle >= 0, "CPUs are counted from 0")
        precondition(
            levels.contains(srcLevel) && levels.contains(dstLevel),
            "levels are 0 to 10"
        )
        self.init(
            mls_pattern_fields(
                cpu: UInt32(cpu),
                cpu_idle: UInt32(cpuIdle),
                src_level: UInt32(srcLevel),
                dst_level: UInt32(dstLevel)
            )
        )
    }

    /// The pattern nearest to the features of a task.
    public init(_ features: MigrationFeatures) {
        cpu = features.cpu
        cpuIdle = features.cpuIdle
        srcLevel = Self.level(ofLoad: features.srcDomLoad)
        dstLevel = Self.level(ofLoad: features.dstDomLoad)
    }

    init(_ fields: mls_pattern_fields) {
        cpu = Int(fields.cpu)
        cpuIdle = Int(fields.cpu_idle)
        srcLevel = Int(fields.src_level)
        dstLevel = Int(fields.dst_level)
    }

    /// The nearest tenth of a load, by the rule that the kernel uses.
    ///
    /// - Parameter load: 0–1; what is beyond counts as the nearer end, NaN as 0.
    /// - Returns: tenths, 0–10.
    public static func level(ofLoad load: Float) -> Int {
        let fixedPoint = (load.isNaN ? 0 : min(max(load, 0), 1)) * Float(loadOne)
        return Int(mls_load_level(UInt32(fixedPoint.rounded())))
    }

    /// The load that a level stands for.
    @inline(__always)
    static func load(ofLevel level: UInt32) -> Float { Float(level) / 10 }

    /// What the fallback rule says.
    public var heuristicDecision: Decision {
        Decision(migrate: mls_heuristic(fields) == MLS_MIGRATE.rawValue)
    }

    var fields: mls_pattern_fields {
        mls_pattern_fields(
            cpu: UInt32(truncatingIfNeeded: cpu),
            cpu_idle: UInt32(truncatingIfNeeded: cpuIdle),
            src_level: UInt32(truncatingIfNeeded: srcLevel),
            dst_level: UInt32(truncatingIfNeeded: dstLevel)
        )
    }

    /// `MLS_LOAD_ONE`, which the importer does not take for a number.
    private static let loadOne: UInt32 = 1 << MLS_LOAD_SHIFT
}
