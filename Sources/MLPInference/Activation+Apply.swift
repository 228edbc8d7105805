extension Activation {
    /// Adds the bias to every row and applies the function, in one pass over memory.
    ///
    /// NaN gives NaN with every function. An infinity gives the function's limit.
    ///
    /// - Parameters:
    ///   - values: the elements, in place, in room for whole `Lanes`.
    ///   - count: how many matter; those up to the next whole vector are computed too.
    ///   - bias: elements that repeat over the values.
    ///   - period: how many they are, a multiple of 16.
    func apply(
        to values: UnsafeMutableRawPointer,
        count: Int,
        bias: UnsafeRawPointer,
        period: Int
    ) {
        switch self {
        case .identity: pass(Identity(), values, count, bias, period)
        case .relu: pass(ReLU(), values, count, bias, period)
        case .sigmoid: pass(Sigmoid(), values, count, bias, period)
        case .tanh: pass(Tanh(), values, count, bias, period)
        case .leakyReLU(let slope): pass(LeakyReLU(slope: slope), values, count, bias, period)
        case .elu(let alpha): pass(ELU(alpha: alpha), values, count, bias, period)
        case .softplus: pass(Softplus(), values, count, bias, period)
        case .swish: pass(Swish(), values, count, bias, period)
        case .hardSigmoid(let slope, let offset):
            pass(HardSigmoid(slope: slope, offset: offset), values, count, bias, period)
        }
    }
}

/// `values[i] = function(values[i] + bias[i mod period])`, without a division.
///
/// Not inlined, so that a simple function does not save the registers that another needs.
@inline(never)
private func pass<Function: Elementwise>(
    _ function: Function,
    _ values: UnsafeMutableRawPointer,
    _ count: Int,
    _ bias: UnsafeRawPointer,
    _ period: Int
) {
    // SAFETY: memory for whole `Lanes` is aligned and sized for whole vectors of their divisors;
    // `next` stays below the vectors that `count` needs, and `addend` within the period.
    let width = Function.Vector.scalarCount
    var next = values.assumingMemoryBound(to: Function.Vector.self)
    let end = next + (count &+ width &- 1) / width
    while next < end {
        var addend = bias.assumingMemoryBound(to: Function.Vector.self)
        let repetition = min(next + period / width, end)
        while next < repetition {
            next.pointee = function(next.pointee + addend.pointee)
            next += 1
            addend += 1
        }
    }
}
