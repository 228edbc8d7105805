extension Activation {
    /// Adds the bias to every row and applies the function, in one pass over memory.
    ///
    /// NaN gives NaN with every function. An infinity gives the function's limit.
    ///
    /// - Parameters:
    ///   - values: the elements, in place.
    ///   - count: elements in steps of `Lanes`.
    ///   - bias: steps that repeat over the elements.
    ///   - period: how many they are.
    func apply(
        to values: UnsafeMutablePointer<Lanes>,
        count: Int,
        bias: UnsafePointer<Lanes>,
        period: Int
    ) {
        switch self {
        case .identity:
            pass(values, count, bias, period) { $0 }
        case .relu:
            pass(values, count, bias, period) { $0.atLeast(0) }
        case .sigmoid:
            pass(values, count, bias, period) { $0.sigmoid }
        case .tanh:
            pass(values, count, bias, period) { $0.hyperbolicTangent }
        case .leakyReLU(let slope):
            pass(values, count, bias, period) { x in
                x.replacing(with: x * slope, where: x .< 0)
            }
        case .elu(let alpha):
            pass(values, count, bias, period) { x in
                x.replacing(with: x.atMost(0).exponentialMinusOne * alpha, where: x .< 0)
            }
        case .softplus:
            pass(values, count, bias, period) { $0.softplus }
        case .swish:
            // Below −100 the product is less than 1e-38, but −∞ · 0 would be NaN.
            pass(values, count, bias, period) { x in x.atLeast(-100) * x.sigmoid }
        case .hardSigmoid(let slope, let offset):
            pass(values, count, bias, period) { x in
                (x * slope + offset).atLeast(0).atMost(1)
            }
        }
    }
}

/// `values[i] = function(values[i] + bias[i mod period])`, without a division.
@inline(__always)
private func pass(
    _ values: UnsafeMutablePointer<Lanes>,
    _ count: Int,
    _ bias: UnsafePointer<Lanes>,
    _ period: Int,
    _ function: (Lanes) -> Lanes
) {
    var start = 0
    while start < count {
        // SAFETY: `start + step < count`, and `step < period`.
        for step in 0..<min(period, count &- start) {
            values[start &+ step] = function(values[start &+ step] + bias[step])
        }
        start &+= period
    }
}
