import MLPInference
import Testing

@Suite("Golden networks, answered by numpy in binary64")
struct GoldenTests {
    /// Written by `Goldens/make_goldens.py`, which justifies the tolerance.
    @Test(
        "golden models are evaluated to the same answers",
        arguments: [
            "identity", "relu", "sigmoid", "tanh", "leaky_relu", "elu", "softplus", "swish",
            "hard_sigmoid", "wide",
        ]
    )
    func answers(name: String) throws {
        let model = try Model(path: goldenFolder + "/\(name).mlw")
        var evaluator = MLPEvaluator(model)
        model.withTestVectors { inputs, expected in
            let outputs = evaluator.evaluate(Array(inputs))
            for (output, expected) in zip(outputs, expected) {
                #expect(abs(output - expected) <= 2e-6 * max(1, abs(expected)))
            }
        }
    }
}

/// Where the golden networks are.
let goldenFolder =
    String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? "".endIndex)) + "/Goldens"
