import ModelTestSupport
import Testing

@testable import MLPInference

@Suite("Subnormal numbers")
struct SubnormalTests {
    @Test("count as zero in inputs and weights", arguments: [KernelChoice.sgemm, .fused])
    func flushed(kernel: KernelChoice) throws {
        let subnormal = Float.leastNormalMagnitude / 100
        for (weight, input) in [(1e38, subnormal), (subnormal, 1e38)] as [(Float, Float)] {
            var network = TestModel(widths: [1, 2], activations: [.identity])
            network.layers[0].weights = [weight, 1]
            network.layers[0].bias = [0, 0]
            network.testInputs = [0, 0]
            var evaluator = MLPEvaluator(try Model(bytes: network.encoded()), kernel: kernel)
            #expect(evaluator.evaluate([input])[0] == 0)
        }
    }

    @Test("come from no activation", arguments: [KernelChoice.sgemm, .fused])
    func activations(kernel: KernelChoice) throws {
        for activation in [Activation.sigmoid, .softplus, .swish] {
            var network = TestModel(widths: [1, 2], activations: [activation])
            network.layers[0].weights = [1, 1]
            network.layers[0].bias = [0, 0]
            var evaluator = MLPEvaluator(try Model(bytes: network.encoded()), kernel: kernel)
            for input in stride(from: Float(-110), through: -80, by: 0.25) {
                #expect(!evaluator.evaluate([input])[0].isSubnormal, "\(activation) of \(input)")
            }
        }
    }

    @Test("are the caller's again afterwards", arguments: [KernelChoice.sgemm, .fused])
    func state(kernel: KernelChoice) throws {
        var evaluator = MLPEvaluator(
            try Model(bytes: TestModel.scheduler().encoded()),
            kernel: kernel
        )
        // From memory, so that nothing is computed at compile time.
        var factors: [Float] = [.leastNormalMagnitude, 0.5]
        _ = evaluator.evaluate([Float](repeating: 0.5, count: 10))
        factors.swapAt(0, 1)
        #expect(factors[0] * factors[1] > 0)
    }

    @Test("in every weight leave the biases to decide", arguments: [KernelChoice.sgemm, .fused])
    func everyWeight(kernel: KernelChoice) throws {
        var network = TestModel.scheduler()
        for layer in network.layers.indices {
            let weights = network.layers[layer].weights
            network.layers[layer].weights = weights.map { $0 * .leastNormalMagnitude / 10 }
        }
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()), kernel: kernel)
        let inputs = (0..<40 * 10).map { Float($0) / 100 }
        #expect(largestDistance(evaluator.evaluate(inputs), network.naive(inputs)) <= 1e-6)
    }
}

@Suite("Rule of the kernels")
struct KernelRuleTests {
    @Test("gives small batches to the fused kernel, and all where it is told to")
    func choices() throws {
        let model = try Model(bytes: TestModel.scheduler().encoded())
        #expect(KernelRule(.sgemm, for: model).description == "sgemm")
        #expect(KernelRule(.fused, for: model).description == "fused")
        let rule = KernelRule(.auto, for: model)
        #expect(rule.kernels.first == .fused)
        #expect(rule.fusedBelow >= 32)
    }

    @Test(
        "leaves large batches to OpenBLAS where its kernels are as good",
        arguments: [
            ("SkylakeX", 512, nil), ("SkylakeX", 256, nil), ("Sandybridge", 128, nil),
            ("neoversev1", 128, nil), ("Prescott", 256, "narrower"), ("Zen", 512, "narrower"),
            ("Zen", 256, "copy small matrices"), ("Nehalem", 128, "copy small matrices"),
            (nil, 256, "does not say"),
        ] as [(String?, Int, String?)]
    )
    func largeBatches(core: String?, vectorBits: Int, reason: String?) {
        let found = KernelRule.reasonForFused(core: core, vectorBits: vectorBits)
        #expect((found == nil) == (reason == nil))
        if let found, let reason { #expect(found.contains(reason)) }
    }

    @Test("leaves networks with a wide layer to sgemm and says why")
    func wide() throws {
        for widths in [[257, 1], [1, 4096, 1], [1, 256, 256, 300]] {
            let activations = Array(repeating: Activation.relu, count: widths.count - 1)
            let network = TestModel(widths: widths, activations: activations)
            let model = try Model(bytes: network.encoded())
            #expect(KernelRule(.sgemm, for: model).description == "sgemm")
            for choice in [KernelChoice.auto, .fused] {
                let text = KernelRule(choice, for: model).description
                #expect(text.hasPrefix("sgemm, since a layer is"), "\(text)")
            }
        }
    }

    @Test("knows how wide OpenBLAS's kernels are")
    func cores() {
        #expect(BLASLibrary.vectorBits(ofCore: "SkylakeX") == 512)
        #expect(BLASLibrary.vectorBits(ofCore: "Zen") == 256)
        #expect(BLASLibrary.vectorBits(ofCore: "Prescott") == 128)
        #expect(BLASLibrary.vectorBits(ofCore: "neoversev1") == nil)
    }
}
