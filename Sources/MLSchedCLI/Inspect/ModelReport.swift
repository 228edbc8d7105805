import MLPInference
import MLSched

/// All that a model file holds.
struct ModelReport: Encodable {
    /// Where it was read; nil for the built-in model.
    let path: String?
    let formatVersion: UInt32
    let bytes: Int
    let sha256: String
    /// Eight hexadecimal digits.
    let crc32: String
    let features: [FeatureReport]
    let layers: [LayerReport]
    let parameters: Int
    let multiplyAdds: Int
    let threshold: Float
    let provenance: String
    let testVectors: Int
    /// The largest difference in the self-test, in parts of `max(1, |expected|)`.
    let worstDifference: Float
    /// What evaluates it here: the rule of the kernels.
    let kernel: String
    /// What `mlsched run` does with the model: `accepted` or `refused`.
    let verdict: String
    /// Why it is refused.
    let refusal: Nullable<String>
    /// Only when asked for.
    let vectors: [VectorReport]?

    init(_ model: Model, path: String?, withVectors: Bool) {
        let vectors = VectorReport.all(of: model)
        self.path = path
        formatVersion = model.formatVersion
        bytes = model.byteCount
        sha256 = model.sha256
        let digits = String(model.checksum, radix: 16)
        crc32 = String(repeating: "0", count: 8 - digits.count) + digits
        features = model.features.map(FeatureReport.init)
        layers = model.layers.indices.map { LayerReport($0, of: model) }
        parameters = model.parameterCount
        multiplyAdds = model.multiplyAddCount
        threshold = model.threshold
        provenance = model.provenance
        testVectors = model.testVectorCount
        worstDifference = vectors.map(\.difference).max() ?? 0
        kernel = KernelRule(model.kernel, for: model).description
        refusal = Nullable(Self.refusal(of: model))
        verdict = refusal.value == nil ? "accepted" : "refused"
        self.vectors = withVectors ? vectors : nil
    }

    private static func refusal(of model: Model) -> String? {
        do throws(SchemaError) {
            _ = try FeatureSchema(model)
            return nil
        } catch {
            return error.description
        }
    }
}

/// One input of a model, and whether the scheduler can supply it.
struct FeatureReport: Encodable, Equatable {
    let name: String
    let unit: String
    let offset: Float
    let scale: Float
    /// Whether the scheduler measures it.
    let live: Bool

    init(_ feature: Feature) {
        name = feature.name
        unit = feature.unit
        offset = feature.offset
        scale = feature.scale
        live = LiveFeature(rawValue: feature.name) != nil
    }

    /// Where the value comes from, in a word or two.
    var source: String {
        switch (live, name) {
        case (_, Feature.paddingName): "always 0"
        case (true, _): "live"
        default: "unknown"
        }
    }
}

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

/// The distribution of a layer's weights or biases.
struct NumberSummary: Encodable, Equatable {
    let min: Float
    let max: Float
    let mean: Double
    /// Standard deviation of the numbers themselves, not of a sample.
    let std: Double

    /// - Precondition: there is at least one number.
    init(_ values: UnsafeBufferPointer<Float>) {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1) } / count
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        self.mean = mean
        std = variance.squareRoot()
        min = values.min() ?? 0
        max = values.max() ?? 0
    }
}

/// One test vector of a model file, and what comes out here.
struct VectorReport: Encodable, Equatable {
    /// Raw feature values.
    let inputs: [Float]
    /// What the file says must come out.
    let expected: [Float]
    /// What does come out.
    let outputs: [Float]

    /// The largest difference between the two, in parts of `max(1, |expected|)`.
    var difference: Float {
        zip(outputs, expected).reduce(0) { max($0, abs($1.0 - $1.1) / max(1, abs($1.1))) }
    }

    /// Evaluates all test vectors of a model.
    static func all(of model: Model) -> [VectorReport] {
        var evaluator = MLPEvaluator(model)
        let (width, height) = (model.inputCount, model.outputCount)
        return model.withTestVectors { inputs, expected in
            let outputs = evaluator.evaluate(Array(inputs))
            return (0..<model.testVectorCount).map { vector in
                let results = vector * height..<(vector + 1) * height
                return VectorReport(
                    inputs: Array(inputs[vector * width..<(vector + 1) * width]),
                    expected: Array(expected[results]),
                    outputs: Array(outputs[results])
                )
            }
        }
    }
}
