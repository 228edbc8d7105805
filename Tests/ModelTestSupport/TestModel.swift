public import MLPInference

/// A network in plain arrays, from which tests make model files and naive answers.
public struct TestModel: Sendable {
    /// One dense layer.
    public struct Layer: Sendable {
        /// Weights `(inputs, outputs)`, row-major.
        public var weights: [Float]
        /// Values `(outputs)`.
        public var bias: [Float]
        /// What follows.
        public var activation: Activation
    }

    /// The inputs.
    public var features: [Feature]
    /// First to last.
    public var layers: [Layer]
    /// Scores above mean yes.
    public var threshold: Float = 0.5
    /// Where it comes from.
    public var provenance = "made by a test"
    /// Values `(vectors, features)`, row-major.
    public var testInputs: [Float]

    /// A network with random parameters.
    ///
    /// - Parameters:
    ///   - widths: of the input and of every layer.
    ///   - activations: of every layer.
    ///   - features: of the input; unscaled ones by default.
    ///   - testVectors: how many the file is to carry.
    ///   - seed: the same one gives the same network.
    public init(
        widths: [Int],
        activations: [Activation],
        features: [Feature]? = nil,
        testVectors: Int = 3,
        seed: UInt64 = 1
    ) {
        var random = SplitMix64(seed: seed)
        self.features = features ?? (0..<widths[0]).map { Feature(name: "f\($0)") }
        layers = zip(zip(widths, widths.dropFirst()), activations).map { shape, activation in
            let (inputs, outputs) = shape
            let scale = (2 / Float(inputs)).squareRoot()
            return Layer(
                weights: (0..<inputs * outputs).map { _ in scale * random.signedUnit() },
                bias: (0..<outputs).map { _ in random.signedUnit() / 4 },
                activation: activation
            )
        }
        testInputs = (0..<testVectors * widths[0]).map { _ in random.signedUnit() }
    }

    /// The network that decides migrations: 10→64→64→1, relu, relu, sigmoid.
    public static func scheduler(features: [Feature]? = nil, seed: UInt64 = 1) -> TestModel {
        let names =
            ["cpu", "cpu_idle", "cpu_not_idle", "src_dom_load", "dst_dom_load"]
            + Array(repeating: "zero", count: 5)
        return TestModel(
            widths: [10, 64, 64, 1],
            activations: [.relu, .relu, .sigmoid],
            features: features ?? names.map { Feature(name: $0) },
            seed: seed
        )
    }

    /// Columns of the input.
    public var inputCount: Int { features.count }

    /// The network's answer by the definition of each layer, in binary64.
    ///
    /// - Parameter inputs: raw values `(batch, features)`, row-major.
    /// - Returns: `(batch, outputs)`, row-major.
    public func naive(_ inputs: [Float]) -> [Double] {
        var result: [Double] = []
        for start in Swift.stride(from: 0, to: inputs.count, by: inputCount) {
            var row = zip(inputs[start..<start + inputCount], features).map { raw, feature in
                (Double(raw) - Double(feature.offset)) * Double(feature.scale)
            }
            for layer in layers { row = layer.naive(row) }
            result += row
        }
        return result
    }
}

extension TestModel.Layer {
    fileprivate func naive(_ x: [Double]) -> [Double] {
        bias.indices.map { output in
            var sum = Double(bias[output])
            for input in x.indices {
                sum += x[input] * Double(weights[input * bias.count + output])
            }
            return activation.naive(sum)
        }
    }
}
