internal import CMLSchedABI

/// A feature that the scheduler can supply to a model, by its name in model files.
///
/// The list of them, with units, ranges and meanings, is `bpf/feature_list.h`.
public struct LiveFeature: BitwiseCopyable, Hashable, RawRepresentable, Sendable {
    /// Its column, 0 to `allCases.count - 1`; for ``zero`` the one after these.
    let index: UInt32

    /// The CPU on which the task last ran; an index.
    public static var cpu: LiveFeature { LiveFeature(MLS_FEATURE_CPU) }
    /// CPUs idle now; a count.
    public static var cpuIdle: LiveFeature { LiveFeature(MLS_FEATURE_CPU_IDLE) }
    /// CPUs not idle now; a count.
    public static var cpuNotIdle: LiveFeature { LiveFeature(MLS_FEATURE_CPU_NOT_IDLE) }
    /// Load of the domain that the task would leave, 0–1.
    public static var srcDomLoad: LiveFeature { LiveFeature(MLS_FEATURE_SRC_DOM_LOAD) }
    /// Load of the domain that it would enter, 0–1.
    public static var dstDomLoad: LiveFeature { LiveFeature(MLS_FEATURE_DST_DOM_LOAD) }
    /// Memory of the task's process that is resident; a logarithm of KiB.
    public static var footprint: LiveFeature { LiveFeature(MLS_FEATURE_FOOTPRINT) }
    /// How long it has waited in a queue; a logarithm of µs.
    public static var waited: LiveFeature { LiveFeature(MLS_FEATURE_WAITED) }
    /// Always 0: fills the width of a network.
    public static var zero: LiveFeature { LiveFeature(NR_MLS_FEATURES) }

    /// Those that are measured, in the order of their columns.
    public static let measured = (0..<NR_MLS_FEATURES.rawValue).map(Self.init(index:))

    /// The feature of a name in a model file; nil where nothing of that name is measured.
    public init?(rawValue name: String) {
        guard let feature = Self.allCases.first(where: { $0.rawValue == name }) else { return nil }
        self = feature
    }

    @inline(__always)
    private init(_ feature: mls_feature) {
        index = feature.rawValue
    }

    private init(index: UInt32) {
        self.index = index
    }

    /// The name in model files, in CSV headings and in JSON.
    public var rawValue: String { line.map { String(cString: $0.name) } ?? "zero" }

    /// The unit, for people; empty for ``zero``.
    public var unit: String { line.map { String(cString: $0.unit) } ?? "" }

    /// What it says of a task, for people; empty for ``zero``.
    public var meaning: String { line.map { String(cString: $0.meaning) } ?? "" }

    /// The values that it can have, in its unit.
    public var range: ClosedRange<Double> { line.map { $0.lowest...$0.highest } ?? 0...0 }

    /// Whether decision tables know it: the pattern of a candidate holds only the first features.
    public var isInPattern: Bool {
        index < NR_MLS_PATTERN_FEATURES.rawValue || self == .zero
    }

    /// Whether its values are whole numbers: indices and counts.
    public var isWhole: Bool { (line?.shift ?? 0) == 0 }

    var line: mls_feature_line? { mls_feature_line(Int32(index))?.pointee }
}

extension LiveFeature: CaseIterable {
    /// Everything that a model may name: what is measured, then ``zero``.
    public static let allCases = measured + [zero]
}
