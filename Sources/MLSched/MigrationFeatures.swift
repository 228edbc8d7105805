internal import CMLSchedABI

/// What is known of a task that could move to another domain now, measured when asked.
///
/// A domain is a set of CPUs that share a last-level cache. Its load is the running average of
/// runnable tasks per CPU, halved: 0.5 means every CPU busy and nobody waiting.
public struct MigrationFeatures: Equatable, Sendable {
    /// The CPU on which the task last ran, 0–1023.
    public let cpu: Int
    /// CPUs that are idle now.
    public let cpuIdle: Int
    /// CPUs that are not; together with the idle ones all that are online, 1–1024.
    public let cpuNotIdle: Int
    /// Load of the domain that the task would leave, 0–1.
    public let srcDomLoad: Float
    /// Load of the domain that it would enter, 0–1.
    public let dstDomLoad: Float

    /// What is known of a task.
    ///
    /// - Throws: `FeatureError` naming the first value that is out of its range.
    public init(
        cpu: Int,
        cpuIdle: Int,
        cpuNotIdle: Int,
        srcDomLoad: Float,
        dstDomLoad: Float
    ) throws(FeatureError) {
        let maximum = Int(MLS_MAX_CPUS)
        try Self.check(.cpu, cpu, in: 0...maximum - 1)
        try Self.check(.cpuIdle, cpuIdle, in: 0...maximum)
        try Self.check(.cpuNotIdle, cpuNotIdle, in: 0...maximum)
        guard (1...maximum).contains(cpuIdle + cpuNotIdle) else {
            throw .impossibleMachine(online: cpuIdle + cpuNotIdle, maximum: maximum)
        }
        try Self.check(.srcDomLoad, srcDomLoad)
        try Self.check(.dstDomLoad, dstDomLoad)
        self.init(
            checkedCPU: cpu,
            idle: cpuIdle,
            notIdle: cpuNotIdle,
            src: srcDomLoad,
            dst: dstDomLoad
        )
    }

    /// Values that are within their ranges already.
    init(checkedCPU cpu: Int, idle: Int, notIdle: Int, src: Float, dst: Float) {
        self.cpu = cpu
        cpuIdle = idle
        cpuNotIdle = notIdle
        srcDomLoad = src
        dstDomLoad = dst
    }

    /// The same with loads rounded to tenths, as the kernel keeps them.
    public var quantised: MigrationFeatures {
        let pattern = Pattern(self)
        return MigrationFeatures(
            checkedCPU: cpu,
            idle: cpuIdle,
            notIdle: cpuNotIdle,
            src: Pattern.load(ofLevel: UInt32(pattern.srcLevel)),
            dst: Pattern.load(ofLevel: UInt32(pattern.dstLevel))
        )
    }

    private static func check(
        _ feature: LiveFeature,
        _ value: Int,
        in range: ClosedRange<Int>
    ) throws(FeatureError) {
        guard range.contains(value) else {
            throw .outOfRange(
                feature,
                value: Double(value),
                allowed: Double(range.lowerBound)...Double(range.upperBound)
            )
        }
    }

    private static func check(_ feature: LiveFeature, _ value: Float) throws(FeatureError) {
        guard value >= 0, value <= 1 else {
            throw .outOfRange(feature, value: Double(value), allowed: 0...1)
        }
    }
}
