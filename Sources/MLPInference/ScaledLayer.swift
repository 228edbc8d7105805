/// The first layer with the scaling of the raw features in its weights and bias, so that sgemm
/// takes a caller's rows as they are.
///
///     Σ (raw − offset) · scale · w + b  =  Σ raw · (scale · w) + (b − Σ offset · scale · w)
///
/// Of a batch of 1,024 rows through 10→64→64→1 a pass that scales takes 4 %.
struct ScaledLayer: ~Copyable {
    /// Whether it stands for the model's own first layer; false where features are not scaled, or
    /// not to be scaled like this.
    ///
    /// A large offset has to be subtracted first, or what the raw value and the offset have in
    /// common would be rounded twice and not cancel. A weight that would overflow, or lose digits
    /// as it gets too small, is not moved either, nor are those of a wide layer.
    let isUsed: Bool
    /// Values `(inputs, outputs)`, row-major.
    let weights: OwnedBuffer<Float>
    /// Values `(outputs)`, and zeros up to whole `Lanes`.
    let bias: OwnedBuffer<Float>

    /// The first layer of a model.
    ///
    /// - Complexity: O(inputs · outputs).
    init(_ model: Model) {
        let features = model.features
        let isScaled = !features.allSatisfy(\.isUnscaled)
        let isClose = features.allSatisfy { abs($0.offset * $0.scale) <= Self.largestOffset }
        let size = features.count * model.layers[0].outputs
        let isWanted = isScaled && isClose && size <= Self.mostWeights
        let weights = OwnedBuffer<Float>(count: isWanted ? size : 0)
        let bias = OwnedBuffer<Float>(
            count: isWanted ? Lanes.padded(model.layers[0].outputs) : 0
        )
        isUsed =
            isWanted
            && model.withParameters(ofLayer: 0) {
                Self.scale($0, $1, features, into: weights.start, bias.start)
            }
        self.weights = weights
        self.bias = bias
    }

    /// In scaled units, which networks are trained with values of about 1 in: what is lost is a
    /// few times what float32 rounds anyway.
    private static let largestOffset: Float = 4

    /// Beside a wider layer a pass that scales is nothing, and the copy of the weights would be
    /// much.
    private static let mostWeights = 1 << 16

    /// Whether every number fits.
    private static func scale(
        _ weights: UnsafeBufferPointer<Float>,
        _ bias: UnsafeBufferPointer<Float>,
        _ features: [Feature],
        into scaledWeights: UnsafeMutablePointer<Float>,
        _ scaledBias: UnsafeMutablePointer<Float>
    ) -> Bool {
        let outputs = bias.count
        var isExact = true
        for output in 0..<outputs {
            var constant = Double(bias[output])
            for (input, feature) in features.enumerated() {
                let index = input * outputs + output
                // A subnormal weight counts as zero, here as in every evaluation.
                let weight = weights[index].isSubnormal ? 0 : Double(weights[index])
                let product = Double(feature.scale) * weight
                let rounded = Float(product)
                isExact = isExact && (rounded.isNormal || product == 0)
                scaledWeights[index] = rounded
                constant -= Double(feature.offset) * product
            }
            scaledBias[output] = Float(constant)
            isExact = isExact && scaledBias[output].isFinite
        }
        return isExact
    }
}
