import CMallocCounter
import CReferenceMLP
import MLPInference
import ModelTestSupport
import Testing

@Suite("Memory on the hot path")
struct AllocationTests {
    @Test("the counter sees an allocation, so that a count of none means something")
    func counterCounts() {
        let before = malloc_counter_count()
        withExtendedLifetime([UInt8](repeating: 1, count: 100)) {}
        UnsafeMutablePointer<Float>.allocate(capacity: 100).deallocate()
        #expect(malloc_counter_count() > before)
    }

    /// OpenBLAS itself allocates in some of its small-matrix kernels, so the measure is a plain C
    /// loop over the same calls.
    @Test("evaluating allocates no more than cblas_sgemm does", arguments: [1, 32, 128, 1000])
    func evaluation(rows: Int) throws {
        let scaled = [0.5, 500].map { offset in
            (0..<10).map { Feature(name: "f\($0)", offset: offset, scale: 2) }
        }
        let plain = try Model(bytes: TestModel.scheduler().encoded())
        let scaling = try scaled.map { features in
            try Model(bytes: TestModel.scheduler(features: features).encoded())
        }
        let inputs = [Float](repeating: 0.25, count: rows * 10)
        let allowed = referenceAllocations(plain, inputs)
        for model in [plain] + scaling {
            var evaluator = MLPEvaluator(model)
            #expect(allocations(of: &evaluator, inputs) <= allowed * 10)
        }
    }

    @Test("the fused kernel allocates nothing", arguments: [1, 5, 32, 1000])
    func fused(rows: Int) throws {
        var evaluator = MLPEvaluator(
            try Model(bytes: TestModel.scheduler().encoded()),
            kernel: .fused
        )
        let inputs = [Float](repeating: 0.25, count: rows * 10)
        #expect(allocations(of: &evaluator, inputs) == 0)
    }

    /// Allocations of ten evaluations.
    private func allocations(of evaluator: inout MLPEvaluator, _ inputs: [Float]) -> UInt {
        var outputs = [Float](repeating: 0, count: inputs.count / 10)
        return inputs.withUnsafeBufferPointer { inputs in
            outputs.withUnsafeMutableBufferPointer { outputs in
                let before = malloc_counter_count()
                for _ in 0..<10 { evaluator.evaluate(inputs, into: outputs) }
                return malloc_counter_count() - before
            }
        }
    }

    @Test("loading allocates no more than the file and a constant")
    func loading() throws {
        let constant: UInt = 5 << 20
        for widths in [[1, 1], [4, 600, 600, 1], [1, 65_536, 1], [600, 2000, 1]] {
            let network = TestModel(
                widths: widths,
                activations: Array(repeating: .relu, count: widths.count - 1),
                features: (0..<widths[0]).map { Feature(name: "f\($0)", scale: 2) },
                testVectors: 1
            )
            let file = network.encoded()
            let before = malloc_counter_bytes()
            _ = try Model(bytes: file)
            #expect(malloc_counter_bytes() - before <= UInt(file.count) + constant)
        }
    }

    /// Allocations of one evaluation by the plain C loop.
    private func referenceAllocations(_ model: Model, _ inputs: [Float]) -> UInt {
        var layers: [reference_layer] = []
        for index in model.layers.indices {
            model.withParameters(ofLayer: index) { weights, bias in
                layers.append(
                    reference_layer(
                        weights: weights.baseAddress,
                        bias: bias.baseAddress,
                        inputs: Int32(model.layers[index].inputs),
                        outputs: Int32(model.layers[index].outputs),
                        ends: index == model.layers.count - 1 ? 1 : 0
                    )
                )
            }
        }
        let rows = inputs.count / model.inputCount
        var outputs = [Float](repeating: 0, count: rows)
        var scratch = [Float](repeating: 0, count: 128 * 64)
        var other = scratch
        let before = malloc_counter_count()
        reference_mlp(
            layers,
            Int32(layers.count),
            inputs,
            Int32(rows),
            &outputs,
            &scratch,
            &other
        )
        return malloc_counter_count() - before
    }
}
