import MLPInference

/// One layer of a model.
struct LayerReport: Encodable, Equatable {
    let inputs: Int
    let outputs: Int
    /// The function's name, with its parameters where it has some.
    let activation: String
    let parameters: Int
    let weights: NumberSummary
    let bias: NumberSummary

    init(_ index: Int, of model: Model) {
        let layer = model.layers[index]
        inputs = layer.inputs
        outputs = layer.outputs
        activation = layer.activation.description
        parameters = (layer.inputs + 1) * layer.outputs
        (weights, bias) = model.withParameters(ofLayer: index) { weights, bias in
            (NumberSummary(weights), NumberSummary(bias))
        }
    }
}
