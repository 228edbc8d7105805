package import CMLSchedABI

/// What is known of a task that could move to another domain now, measured when asked.
///
/// A domain is a set of CPUs that share a last-level cache. Its load is the running average of
/// runnable tasks per CPU, halved: 0.5 means every CPU busy and nobody waiting.
public struct MigrationFeatures: Sendable {
    /// A value for every measured feature, and the 0 of `LiveFeature.zero`.
    private var values = mls_feature_values()

    /// What is known of a task; features that are not named are 0.
    ///
    /// - Throws: `FeatureError` naming the first value that is out of its range.
    public init(_ known: [LiveFeature: Double]) throws(FeatureError) {
        for feature in LiveFeature.measured {
            let value = known[feature] ?? 0
            guard feature.range.contains(value) else {
                throw .outOfRange(feature, value: value, allowed: feature.range)
            }
            set(feature, Float(value))
        }
        let maximum = Int(MLS_MAX_CPUS)
        guard (1...maximum).contains(cpuIdle + cpuNotIdle) else {
            throw .impossibleMachine(online: cpuIdle + cpuNotIdle, maximum: maximum)
        }
    }

    /// What decision tables know of a task.
    ///
    /// - Parameters:
    ///   - cpu: the CPU on which it last ran, 0–1023.
    ///   - cpuIdle: CPUs that are idle now.
    ///   - cpuNotIdle: CPUs that are not; together with the idle ones all that are online, 1–1024.
    ///   - srcDomLoad: load of the domain that it would leave, 0–1.
    ///   - dstDomLoad: load of the domain that it would enter, 0–1.
    /// - Throws: `FeatureError` naming the first value that is out of its range.
    public init(
        cpu: Int,
        cpuIdle: Int,
        cpuNotIdle: Int,
        srcDomLoad: Float,
        dstDomLoad: Float
    ) throws(FeatureError) {
        try self.init([
            .cpu: Double(cpu), .cpuIdle: Double(cpuIdle), .cpuNotIdle: Double(cpuNotIdle),
            .srcDomLoad: Double(srcDomLoad), .dstDomLoad: Double(dstDomLoad),
        ])
    }

    /// Values that are within their ranges already.
    @inline(__always)
    init(checkedCPU cpu: Int, idle: Int, notIdle: Int, src: Float, dst: Float) {
        set(.cpu, Float(cpu))
        set(.cpuIdle, Float(idle))
        set(.cpuNotIdle, Float(notIdle))
        set(.srcDomLoad, src)
        set(.dstDomLoad, dst)
    }

    /// What the kernel measured, in its fixed point.
    package init(_ measured: mls_features) {
        withUnsafeBytes(of: measured) { bytes in
            for feature in LiveFeature.measured {
                let fixed = bytes.load(
                    fromByteOffset: Int(feature.index) * MemoryLayout<Int32>.stride,
                    as: Int32.self
                )
                set(feature, Float(fixed) / Float(1 << feature.fixedPointShift))
            }
        }
    }

    /// The value of a feature, in its unit.
    @inline(__always)
    public subscript(feature: LiveFeature) -> Float {
        // SAFETY: there is a value for every feature and for `zero`, whose index is the highest.
        withUnsafeBytes(of: values) {
            $0.load(fromByteOffset: Int(feature.index) &* 4, as: Float.self)
        }
    }

    @inline(__always)
    private mutating func set(_ feature: LiveFeature, _ value: Float) {
        // SAFETY: as above.
        withUnsafeMutableBytes(of: &values) {
            $0.storeBytes(of: value, toByteOffset: Int(feature.index) &* 4, as: Float.self)
        }
    }
}

extension MigrationFeatures {
    /// The CPU on which the task last ran, 0–1023.
    public var cpu: Int { Int(self[.cpu]) }
    /// CPUs that are idle now.
    public var cpuIdle: Int { Int(self[.cpuIdle]) }
    /// CPUs that are not; together with the idle ones all that are online, 1–1024.
    public var cpuNotIdle: Int { Int(self[.cpuNotIdle]) }
    /// Load of the domain that the task would leave, 0–1.
    public var srcDomLoad: Float { self[.srcDomLoad] }
    /// Load of the domain that it would enter, 0–1.
    public var dstDomLoad: Float { self[.dstDomLoad] }

    /// The same with loads rounded to tenths, as the kernel keeps them.
    public var quantised: MigrationFeatures {
        let pattern = Pattern(self)
        var rounded = self
        rounded.set(.srcDomLoad, Pattern.load(ofLevel: UInt32(pattern.srcLevel)))
        rounded.set(.dstDomLoad, Pattern.load(ofLevel: UInt32(pattern.dstLevel)))
        return rounded
    }
}

extension MigrationFeatures: Equatable {
    /// Whether every feature has the same value.
    public static func == (left: MigrationFeatures, right: MigrationFeatures) -> Bool {
        LiveFeature.measured.allSatisfy { left[$0] == right[$0] }
    }
}
