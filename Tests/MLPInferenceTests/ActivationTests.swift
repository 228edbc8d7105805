import MLPInference
import ModelTestSupport
import Testing

@Suite("Activations")
struct ActivationTests {
    /// Relative to the function's value where that is large, and to 1 where it is small: 4e-7 is
    /// 3 to 4 units in the last place.
    @Test(
        "activations are exact within 4e-7 from −100 to 100",
        arguments: everyActivation,
        [KernelChoice.sgemm, .fused]
    )
    func accuracy(activation: Activation, kernel: KernelChoice) throws {
        var network = TestModel(widths: [1, 1], activations: [activation])
        network.layers[0].weights = [1]
        network.layers[0].bias = [0]
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()), kernel: kernel)
        let inputs = (-40_000...40_000).map { Float($0) / 400 } + [1e-20, -1e-20, 1e30, -1e30]
        for (input, output) in zip(inputs, evaluator.evaluate(inputs)) {
            let expected = activation.naive(Double(input))
            let distance = abs(Double(output) - expected)
            guard distance <= 4e-7 * max(1, abs(expected)) else {
                Issue.record("\(activation) of \(input) is \(output), not \(expected)")
                return
            }
        }
    }

    @Test("tanh and elu lose nothing to cancellation near zero")
    func smallArguments() throws {
        for activation in [Activation.tanh, .elu(alpha: 1)] {
            var network = TestModel(widths: [1, 1], activations: [activation])
            network.layers[0].weights = [1]
            network.layers[0].bias = [0]
            var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
            for input: Float in [-1e-3, -1e-6, -1e-12, -1e-30] {
                let expected = activation.naive(Double(input))
                let output = Double(evaluator.evaluate([input])[0])
                #expect(abs(output / expected - 1) <= 4e-7, "\(activation) of \(input)")
            }
        }
    }

    @Test(
        "activations have the codes and parameters that the format gives them",
        arguments: everyActivation
    )
    func codes(activation: Activation) {
        let parameters = activation.parameters
        #expect(
            Activation(code: activation.code, alpha: parameters.alpha, beta: parameters.beta)
                == activation
        )
        #expect(Activation(code: 14, alpha: 0, beta: 0) == nil)
    }
}
