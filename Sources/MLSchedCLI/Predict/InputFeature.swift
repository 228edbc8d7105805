import MLSched

/// A feature that rows of input have to give, under one of two names.
enum InputFeature: Int, CaseIterable {
    case cpu, idle, busy, src, dst

    /// The names in the order of preference: the flag's, and that of the model files' schema.
    var names: [String] {
        switch self {
        case .cpu: ["cpu"]
        case .idle: ["idle", LiveFeature.cpuIdle.rawValue]
        case .busy: ["busy", LiveFeature.cpuNotIdle.rawValue]
        case .src: ["src", LiveFeature.srcDomLoad.rawValue]
        case .dst: ["dst", LiveFeature.dstDomLoad.rawValue]
        }
    }

    /// The name for messages.
    var name: String { names[0] }

    /// The feature of a name.
    init?(named name: String) {
        guard let feature = Self.allCases.first(where: { $0.names.contains(name) }) else {
            return nil
        }
        self = feature
    }
}
