import CMLPKernels
import CWideKernels
import ModelTestSupport
import Testing

@testable import MLPInference

@Suite("Kernels of every instruction set, against a naive network in binary64")
struct KernelTests {
    /// Those that this CPU has, the narrowest last, and 16 lanes for all CPUs.
    static let everyKernel =
        sequence(first: 0) { $0 + 1 }.lazy
        .map { mlpk_all()[$0] }
        .prefix { $0 != nil }
        .compactMap { $0.map { KernelSet(pointer: $0) } }
        + [KernelSet(pointer: wide_kernels())]

    /// Tiles of every height, strips of every width, and what is left over at their ends.
    @Test("answer for every width and batch from 1 to 65", arguments: everyKernel)
    func everyShape(kernels: KernelSet) throws {
        for width in 1...65 {
            let network = TestModel(
                widths: [width, 66 - width, width, 1],
                activations: [.relu, .leakyReLU(slope: 0.1), .tanh],
                seed: UInt64(width)
            )
            let model = try Model(bytes: network.encoded())
            var random = SplitMix64(seed: UInt64(width))
            let inputs = (0..<65 * width).map { _ in random.signedUnit() }
            let expected = network.naive(inputs)
            for kernel in [KernelChoice.sgemm, .fused] {
                var evaluator = evaluator(model, kernel, kernels)
                for rows in 1...65 {
                    let outputs = evaluator.evaluate(Array(inputs.prefix(rows * width)))
                    let distance = largestDistance(outputs, expected)
                    guard distance <= 2e-6 else {
                        Issue.record("\(kernel), width \(width), \(rows) rows: \(distance)")
                        return
                    }
                }
            }
        }
    }

    @Test("apply every activation in narrow, odd and several outputs", arguments: everyKernel)
    func activations(kernels: KernelSet) throws {
        for (index, activation) in everyActivation.enumerated() {
            for width in [1, 3, 16, 33, 64, 256] {
                let network = TestModel(
                    widths: [9, width, 5],
                    activations: [activation, activation],
                    seed: UInt64(index)
                )
                let model = try Model(bytes: network.encoded())
                var evaluator = evaluator(model, .fused, kernels)
                var random = SplitMix64(seed: 5)
                let inputs = (0..<55 * 9).map { _ in 4 * random.signedUnit() }
                let distance = largestDistance(evaluator.evaluate(inputs), network.naive(inputs))
                #expect(distance <= 4e-6, "\(activation), width \(width)")
            }
        }
    }

    /// What lies beyond a row's own outputs may be NaN and must not reach a result.
    @Test("let an infinity go as far as the definition does", arguments: everyKernel)
    func infinities(kernels: KernelSet) throws {
        for width in [1, 2, 7, 17, 59, 64] {
            let network = TestModel(widths: [3, width, 1], activations: [.relu, .sigmoid])
            var evaluator = evaluator(try Model(bytes: network.encoded()), .fused, kernels)
            for rows in [1, 2, 7] {
                var inputs = (0..<rows * 3).map { Float($0) / 8 }
                inputs[(rows - 1) * 3 + 1] = .infinity
                let outputs = evaluator.evaluate(inputs)
                #expect(largestDistance(outputs, network.naive(inputs)) <= 2e-6, "width \(width)")
            }
        }
    }

    @Test("go through sixteen layers, and through one of a single number", arguments: everyKernel)
    func depths(kernels: KernelSet) throws {
        let deep = Array(repeating: 7, count: 16)
        for widths in [[5] + deep, [1, 1]] {
            let network = TestModel(
                widths: widths,
                activations: Array(repeating: .tanh, count: widths.count - 1)
            )
            var evaluator = evaluator(try Model(bytes: network.encoded()), .fused, kernels)
            let inputs = (0..<9 * widths[0]).map { Float($0) / 40 }
            #expect(largestDistance(evaluator.evaluate(inputs), network.naive(inputs)) <= 2e-6)
        }
    }

    @Test("pack weights without subnormals, in strips with zeros at their ends")
    func packing() throws {
        let kernels = wide_kernels()
        let weights: [Float] = [1, .leastNormalMagnitude / 2, 2, -3, .leastNonzeroMagnitude, 4]
        var packed = [Float](repeating: .nan, count: mlpk_packed_count(kernels, 2, 3))
        mlpk_pack(kernels, weights, 2, 3, &packed)
        let zeros = [Float](repeating: 0, count: 13)
        #expect(packed == [1, 0, 2] + zeros + [-3, 0, 4] + zeros)
    }

    private func evaluator(
        _ model: Model,
        _ kernel: KernelChoice,
        _ kernels: KernelSet
    ) -> MLPEvaluator {
        MLPEvaluator(model, kernel: kernel, blockRows: 128, kernels: kernels.pointer)
    }
}

/// One instruction set's kernels, as an argument of a test.
struct KernelSet: @unchecked Sendable, CustomTestStringConvertible {
    // @unchecked: the pointer leads to a constant of the program.
    let pointer: UnsafePointer<mlpk_kernels>

    var testDescription: String { String(cString: pointer.pointee.name) }
}
