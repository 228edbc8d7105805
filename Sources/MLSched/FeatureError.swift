/// Why values cannot be the features of a task.
public enum FeatureError: Error, Equatable, Sendable {
    /// A value is outside its range; a load may also be NaN.
    case outOfRange(LiveFeature, value: Double, allowed: ClosedRange<Double>)
    /// Idle CPUs and the others add up to none, or to more than a machine may have.
    case impossibleMachine(online: Int, maximum: Int)
}

extension FeatureError: CustomStringConvertible {
    /// One sentence: which value, what is wrong, what to give instead.
    public var description: String {
        switch self {
        case .outOfRange(let feature, let value, let allowed):
            "\(feature.rawValue) is \(Self.text(value)), but must be from "
                + "\(Self.text(allowed.lowerBound)) to \(Self.text(allowed.upperBound))"
        case .impossibleMachine(let online, let maximum):
            "cpu_idle and cpu_not_idle add up to \(online) CPUs, but must add up to those "
                + "online, 1 to \(maximum)"
        }
    }

    /// In as few digits as give the value again; a load is a float.
    private static func text(_ value: Double) -> String {
        Int(exactly: value).map(String.init)
            ?? Float(exactly: value).map(\.description) ?? "\(value)"
    }
}
