/// A feature that the scheduler can supply to a model, by its name in model files.
public enum LiveFeature: String, BitwiseCopyable, CaseIterable, Sendable {
    /// The CPU on which the task last ran; an index.
    case cpu
    /// CPUs idle now; a count.
    case cpuIdle = "cpu_idle"
    /// CPUs not idle now; a count.
    case cpuNotIdle = "cpu_not_idle"
    /// Load of the domain that the task would leave, 0–1.
    case srcDomLoad = "src_dom_load"
    /// Load of the domain that it would enter, 0–1.
    case dstDomLoad = "dst_dom_load"
    /// Always 0: fills the width of a network.
    case zero

    /// The feature's value for a task.
    @inline(__always)
    func value(in features: MigrationFeatures) -> Float {
        switch self {
        case .cpu: Float(features.cpu)
        case .cpuIdle: Float(features.cpuIdle)
        case .cpuNotIdle: Float(features.cpuNotIdle)
        case .srcDomLoad: features.srcDomLoad
        case .dstDomLoad: features.dstDomLoad
        case .zero: 0
        }
    }
}
