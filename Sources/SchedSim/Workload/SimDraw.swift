internal import CSchedSim

/// A number that is drawn, of nanoseconds or bytes; in integers, so that every machine draws the
/// same.
public enum SimDraw: Hashable, Sendable, CustomStringConvertible {
    /// Always the same.
    case constant(UInt64)
    /// Any between two, both included.
    case uniform(UInt64, UInt64)
    /// Exponentially distributed, cut off at a most where that is not 0.
    case exponential(mean: UInt64, most: UInt64 = 0)
    /// Between two, both included, so that its logarithm is uniform.
    case logUniform(UInt64, UInt64)

    /// As a person reads it: microseconds, or bytes as thousands of them.
    public var description: String {
        func short(_ value: UInt64) -> String { "\(value / 1000)" }
        return switch self {
        case .constant(let value): short(value)
        case .uniform(let low, let high): "\(short(low))–\(short(high))"
        case .exponential(let mean, _): "~\(short(mean))"
        case .logUniform(let low, let high): "\(short(low))…\(short(high))"
        }
    }

    var lowered: mls_sim_draw {
        switch self {
        case .constant(let value): Self.lower(MLS_SIM_CONSTANT, value, 0)
        case .uniform(let low, let high): Self.lower(MLS_SIM_UNIFORM, low, high)
        case .exponential(let mean, let most): Self.lower(MLS_SIM_EXPONENTIAL, mean, most)
        case .logUniform(let low, let high): Self.lower(MLS_SIM_LOGUNIFORM, low, high)
        }
    }

    private static func lower(_ kind: mls_sim_draw_kind, _ a: UInt64, _ b: UInt64) -> mls_sim_draw {
        mls_sim_draw(kind: kind.rawValue, a: a, b: b)
    }
}

extension UInt64 {
    /// Microseconds as nanoseconds.
    static func microseconds(_ count: UInt64) -> UInt64 { count * 1000 }
    /// Milliseconds as nanoseconds.
    static func milliseconds(_ count: UInt64) -> UInt64 { count * 1_000_000 }
}
