import MLPInference
import ModelTestSupport
import Testing

@Suite("Evaluator, against a naive one in binary64")
struct EvaluatorTests {
    @Test(
        "answers as the definition of the layers does, for any batch",
        arguments: [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 127, 128, 129, 255, 257, 1024, 65_536]
    )
    func batches(rows: Int) throws {
        let network = TestModel.scheduler(seed: 7)
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
        var random = SplitMix64(seed: UInt64(rows))
        let inputs = (0..<rows * 10).map { _ in random.signedUnit() }
        let outputs = evaluator.evaluate(inputs)
        #expect(outputs.count == rows)
        // Of a large batch one row in 61, which meets every place within a block.
        for row in stride(from: 0, to: rows, by: rows > 2000 ? 61 : 1) {
            let expected = network.naive(Array(inputs[row * 10..<row * 10 + 10]))
            #expect(largestDistance([outputs[row]], expected) <= 2e-6, "row \(row)")
        }
    }

    @Test("answers for every activation", arguments: everyActivation)
    func activations(activation: Activation) throws {
        for width in [1, 5, 15, 16, 17, 40] {
            let network = TestModel(
                widths: [7, width, 24, 3],
                activations: [activation, .tanh, activation]
            )
            var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
            var random = SplitMix64(seed: 5)
            let inputs = (0..<129 * 7).map { _ in 4 * random.signedUnit() }
            let outputs = evaluator.evaluate(inputs)
            #expect(largestDistance(outputs, network.naive(inputs)) <= 2e-6, "width \(width)")
        }
    }
}

/// One of each kind.
let everyActivation: [Activation] = [
    .identity, .relu, .sigmoid, .tanh, .leakyReLU(slope: 0.1), .elu(alpha: 0.7), .softplus,
    .swish, .hardSigmoid(slope: 0.2, offset: 0.5),
]

/// The largest distance between results; infinite where one alone is NaN.
func largestDistance(_ outputs: [Float], _ expected: [Double]) -> Double {
    var largest = 0.0
    for (output, expected) in zip(outputs, expected) {
        if output.isNaN && expected.isNaN { continue }
        let distance = abs(Double(output) - expected)
        largest = distance.isNaN ? .infinity : max(largest, distance)
    }
    return largest
}
