internal import CMLSchedABI
public import MLPInference

/// Why the kernel cannot evaluate a model in fixed point; user space still can.
public enum NetworkError: Error, Equatable, Sendable {
    /// The model cannot decide migrations at all.
    case schema(SchemaError)
    /// The model has that many layers.
    case tooDeep(Int)
    /// A hidden layer has that many neurons.
    case tooWide(Int, layer: Int)
    /// A layer's function is not one that fixed point has.
    case activation(Activation, Int)
    /// In fixed point it decides otherwise than as it is, too often or too far from the threshold.
    case disagrees(NetworkAgreement)
}

extension NetworkError: CustomStringConvertible {
    /// One sentence: what the model has, and what the kernel can evaluate instead.
    public var description: String {
        switch self {
        case .schema(let error): error.description
        case .tooDeep(let layers):
            "the model has \(layers) layers, but the kernel evaluates at most "
                + "\(MLS_NETWORK_HIDDEN + 1); train one of fewer"
        case .tooWide(let width, let layer):
            "the model's layer \(layer) has \(width) neurons, but the kernel evaluates at most "
                + "\(MLS_NETWORK_WIDTH); train a narrower one"
        case .activation(let activation, let layer):
            "the model's layer \(layer) applies \(activation), but the kernel knows relu between "
                + "layers, and sigmoid or identity after the last; train one of these"
        case .disagrees(let agreement):
            "in the kernel's fixed point the model decides \(agreement.differing) of "
                + "\(agreement.states) states otherwise, with scores up to "
                + "\(agreement.worstMargin) from the threshold; train one with smaller weights, or "
                + "of features that decision tables hold"
        }
    }
}
