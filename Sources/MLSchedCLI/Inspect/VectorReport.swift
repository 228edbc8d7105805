import MLPInference

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
