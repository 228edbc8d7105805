import MLPInference
import ModelTestSupport
import Testing

@Suite("Evaluator, against a naive one in binary64")
struct EvaluatorTests {
    @Test(
        "an evaluator answers as the definition of the layers does, for any batch",
        arguments: [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 127, 128, 129, 255, 257, 1024, 65_536],
        KernelChoice.allCases
    )
    func batches(rows: Int, kernel: KernelChoice) throws {
        let network = TestModel.scheduler(seed: 7)
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded(), kernel: kernel))
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

    @Test(
        "an evaluator answers for every activation and odd widths",
        arguments: everyActivation,
        [KernelChoice.sgemm, .fused]
    )
    func activations(activation: Activation, kernel: KernelChoice) throws {
        for width in [1, 5, 15, 16, 17, 40] {
            let network = TestModel(
                widths: [7, width, 24, 3],
                activations: [activation, .tanh, activation]
            )
            var evaluator = MLPEvaluator(try Model(bytes: network.encoded(), kernel: kernel))
            var random = SplitMix64(seed: 5)
            let inputs = (0..<129 * 7).map { _ in 4 * random.signedUnit() }
            let outputs = evaluator.evaluate(inputs)
            #expect(largestDistance(outputs, network.naive(inputs)) <= 2e-6, "width \(width)")
        }
    }

    /// Small offsets and scales go into the first layer, where large offsets would not cancel.
    @Test(
        "an evaluator scales raw values, rows of any width and number",
        arguments: [1, 3, 10, 16, 23],
        [(offset: Float(0.5), shrink: Float(1)), (1000, 1), (0.5, 3e34)]
    )
    func scaling(width: Int, extreme: (offset: Float, shrink: Float)) throws {
        let features = (0..<width).map { index in
            Feature(
                name: "f\(index)",
                offset: Float(index) * extreme.offset / extreme.shrink,
                scale: index == 1 ? 0 : extreme.shrink / Float(index + 1)
            )
        }
        let network = TestModel(
            widths: [width, 20, 2],
            activations: [.relu, .sigmoid],
            features: features
        )
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
        var random = SplitMix64(seed: 9)
        // Both kernels: the rule gives the first three to the fused one.
        for rows in [1, 5, 16, 130] {
            let inputs = (0..<rows * width).map {
                features[$0 % width].offset + 8 * random.signedUnit() / extreme.shrink
            }
            let outputs = evaluator.evaluate(inputs)
            #expect(largestDistance(outputs, network.naive(inputs)) <= 2e-6, "\(rows) rows")
        }
    }

    @Test("keeps a scale out of weights that would overflow with it")
    func overflowingScale() throws {
        let features = [Feature(name: "tiny", scale: 3e38), Feature(name: "plain")]
        var network = TestModel(
            widths: [2, 3, 1],
            activations: [.relu, .sigmoid],
            features: features
        )
        network.layers[0].weights.replaceSubrange(0..<3, with: [2, 2, 2])
        network.testInputs = [0, 0.5]
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
        let inputs: [Float] = [0, 0.25, 0, 0.75]
        #expect(largestDistance(evaluator.evaluate(inputs), network.naive(inputs)) <= 2e-6)
    }

    @Test("an evaluator answers for layers so wide that a block has few rows")
    func wideLayers() throws {
        let network = TestModel(widths: [2, 9001, 17], activations: [.relu, .identity])
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
        var random = SplitMix64(seed: 3)
        let inputs = (0..<60 * 2).map { _ in random.signedUnit() }
        let outputs = evaluator.evaluate(inputs)
        // Sums of 9001 products: the error grows with the root of their number.
        #expect(largestDistance(outputs, network.naive(inputs)) <= 2e-5)
    }

    @Test(
        "an evaluator gives NaN for the rows with a NaN and leaves the others alone",
        arguments: [KernelChoice.sgemm, .fused]
    )
    func notANumber(kernel: KernelChoice) throws {
        let network = TestModel.scheduler(seed: 2)
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded(), kernel: kernel))
        var random = SplitMix64(seed: 4)
        var inputs = (0..<300 * 10).map { _ in random.signedUnit() }
        let clean = evaluator.evaluate(inputs)
        for row in stride(from: 0, to: 300, by: 7) { inputs[row * 10 + row % 10] = .nan }
        let outputs = evaluator.evaluate(inputs)
        for row in 0..<300 {
            if row % 7 == 0 {
                #expect(outputs[row].isNaN)
            } else {
                #expect(abs(outputs[row] - clean[row]) <= 1e-6)
            }
        }
    }

    @Test(
        "an evaluator gives for infinities what the definition gives",
        arguments: everyActivation,
        [KernelChoice.sgemm, .fused]
    )
    func infinities(activation: Activation, kernel: KernelChoice) throws {
        let network = TestModel(widths: [1, 1], activations: [activation])
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded(), kernel: kernel))
        for input in [Float.infinity, -.infinity] {
            let output = evaluator.evaluate([input])[0]
            let expected = network.naive([input])[0]
            if expected.isInfinite {
                #expect(Double(output) == expected)
            } else {
                #expect(abs(Double(output) - expected) <= 1e-6, "\(input)")
            }
        }
    }

    @Test("an evaluator gives nothing for an empty batch")
    func emptyBatch() throws {
        var evaluator = MLPEvaluator(try Model(bytes: TestModel.scheduler().encoded()))
        #expect(evaluator.evaluate([]).isEmpty)
    }

    #if compiler(>=6.2)
    @Test("an evaluator answers the same through spans")
    func spans() throws {
        var evaluator = MLPEvaluator(try Model(bytes: TestModel.scheduler().encoded()))
        let inputs = (0..<50).map { Float($0) / 50 }
        var outputs = [Float](repeating: 0, count: 5)
        var span = outputs.mutableSpan
        evaluator.evaluate(inputs.span, into: &span)
        #expect(outputs == evaluator.evaluate(inputs))
    }
    #endif
}

/// One of each kind.
let everyActivation: [Activation] = [
    .identity, .relu, .sigmoid, .tanh, .leakyReLU(slope: 0.1), .elu(alpha: 0.7), .softplus,
    .swish, .hardSigmoid(slope: 0.2, offset: 0.5), .gelu, .geluTanh,
    .hardSwish(slope: 1 / 6, offset: 0.5), .mish,
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
