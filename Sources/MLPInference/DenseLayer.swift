/// The shape of one dense layer: `y = activation(x · W + b)`.
public struct DenseLayer: Codable, Equatable, Sendable {
    /// Columns of `x` and rows of `W`.
    public let inputs: Int
    /// Columns of `y` and of `W`.
    public let outputs: Int
    /// What is applied to every element of `x · W + b`.
    public let activation: Activation

    /// A layer of a shape.
    ///
    /// - Precondition: both widths are positive.
    public init(inputs: Int, outputs: Int, activation: Activation) {
        precondition(inputs > 0 && outputs > 0, "a layer has at least one input and one output")
        self.inputs = inputs
        self.outputs = outputs
        self.activation = activation
    }
}
