internal import Glibc
public import MLPInference

extension Activation {
    /// The function by its definition, in binary64.
    public func naive(_ x: Double) -> Double {
        switch self {
        case .identity: x
        case .relu: x < 0 ? 0 : x
        case .sigmoid: 1 / (1 + exp(-x))
        case .tanh: Glibc.tanh(x)
        case .leakyReLU(let slope): x < 0 ? Double(slope) * x : x
        case .elu(let alpha): x < 0 ? Double(alpha) * expm1(x) : x
        case .softplus: x > 700 ? x : log1p(exp(x))
        case .swish: x == -.infinity ? 0 : x / (1 + exp(-x))
        case .hardSigmoid(let slope, let offset):
            x.isNaN ? x : min(max(Double(slope) * x + Double(offset), 0), 1)
        case .gelu: x == -.infinity ? 0 : x * erfc(-x / 2.0.squareRoot()) / 2
        case .geluTanh: x == -.infinity ? 0 : x * (1 + Glibc.tanh(tanhArgument(x))) / 2
        case .hardSwish(let slope, let offset): gated(x, .hardSigmoid(slope: slope, offset: offset))
        case .mish: x == -.infinity ? 0 : x * Glibc.tanh(Activation.softplus.naive(x))
        case .softmax: x  // over a row, which this has not
        }
    }

    private func tanhArgument(_ x: Double) -> Double {
        (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    }

    private func gated(_ x: Double, _ gate: Activation) -> Double {
        let factor = gate.naive(x)
        return factor == 0 ? 0 : x * factor
    }
}
