/// The function applied to every output of a dense layer.
public enum Activation: BitwiseCopyable, Equatable, Sendable {
    /// `x`
    case identity
    /// `max(x, 0)`
    case relu
    /// `1 / (1 + e⁻ˣ)`
    case sigmoid
    /// `tanh(x)`
    case tanh
    /// `x` where positive, `slope · x` elsewhere.
    case leakyReLU(slope: Float)
    /// `x` where positive, `alpha · (eˣ − 1)` elsewhere.
    case elu(alpha: Float)
    /// `log(1 + eˣ)`
    case softplus
    /// `x / (1 + e⁻ˣ)`, also known as SiLU.
    case swish
    /// `slope · x + offset`, clipped to 0…1.
    case hardSigmoid(slope: Float, offset: Float)
    /// `x · Φ(x)`, Φ being the normal distribution's, by the error function.
    case gelu
    /// The approximation of a gelu by `tanh(√(2/π) · (x + 0.044715 x³))`.
    case geluTanh
    /// `x` times the hard sigmoid of this slope and offset; 1/6 and 0.5 as a rule.
    case hardSwish(slope: Float, offset: Float)
    /// `x · tanh(log(1 + eˣ))`
    case mish
    /// `eˣ` divided by the sum of that over the row; the last layer alone may have it.
    case softmax

    /// The function of a code in a model file, or nil where the code is unknown.
    ///
    /// - Parameters:
    ///   - code: the function, 0–13 in the order of the cases.
    ///   - alpha: slope or scale, where the function has one.
    ///   - beta: offset, where the function has one.
    public init?(code: UInt32, alpha: Float, beta: Float) {
        switch code {
        case 0: self = .identity
        case 1: self = .relu
        case 2: self = .sigmoid
        case 3: self = .tanh
        case 4: self = .leakyReLU(slope: alpha)
        case 5: self = .elu(alpha: alpha)
        case 6: self = .softplus
        case 7: self = .swish
        case 8: self = .hardSigmoid(slope: alpha, offset: beta)
        case 9: self = .gelu
        case 10: self = .geluTanh
        case 11: self = .hardSwish(slope: alpha, offset: beta)
        case 12: self = .mish
        case 13: self = .softmax
        default: return nil
        }
    }

    /// The code of the function in a model file.
    public var code: UInt32 {
        switch self {
        case .identity: 0
        case .relu: 1
        case .sigmoid: 2
        case .tanh: 3
        case .leakyReLU: 4
        case .elu: 5
        case .softplus: 6
        case .swish: 7
        case .hardSigmoid: 8
        case .gelu: 9
        case .geluTanh: 10
        case .hardSwish: 11
        case .mish: 12
        case .softmax: 13
        }
    }

    /// The parameters of the function in a model file; zero where it has none.
    public var parameters: (alpha: Float, beta: Float) {
        switch self {
        case .identity, .relu, .sigmoid, .tanh, .softplus, .swish, .gelu, .geluTanh, .mish,
            .softmax:
            (0, 0)
        case .leakyReLU(let slope): (slope, 0)
        case .elu(let alpha): (alpha, 0)
        case .hardSigmoid(let slope, let offset), .hardSwish(let slope, let offset): (slope, offset)
        }
    }
}

extension Activation: CustomStringConvertible {
    /// The name that tools print, with its parameters: `leaky_relu(0.01)`.
    public var description: String {
        switch self {
        case .identity: "identity"
        case .relu: "relu"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .leakyReLU(let slope): "leaky_relu(\(slope))"
        case .elu(let alpha): "elu(\(alpha))"
        case .softplus: "softplus"
        case .swish: "swish"
        case .hardSigmoid(let slope, let offset): "hard_sigmoid(\(slope), \(offset))"
        case .gelu: "gelu"
        case .geluTanh: "gelu_tanh"
        case .hardSwish(let slope, let offset): "hard_swish(\(slope), \(offset))"
        case .mish: "mish"
        case .softmax: "softmax"
        }
    }
}
