extension Model {
    /// Runs the file's test vectors, as `init` has done, on every kernel that evaluations use.
    ///
    /// - Throws: `ModelError` with `selfTestFailed` for the first output that is not within
    ///   `1e-5 · max(1, |expected|)`.
    /// - Complexity: O(test vectors · multiply-adds); allocates scratch once.
    public func selfTest() throws(ModelError) {
        for kernel in KernelRule(kernel, for: self).kernels { try selfTest(on: kernel) }
    }

    private func selfTest(on kernel: KernelChoice) throws(ModelError) {
        var evaluator = MLPEvaluator(
            self,
            kernel: kernel,
            blockRows: min(testVectorCount, MLPEvaluator.blockRows)
        )
        var failure: ModelError?
        withTestVectors { inputs, expected in
            withUnsafeTemporaryAllocation(
                of: Float.self,
                capacity: evaluator.blockRows * outputCount
            ) { outputs in
                failure = firstFailure(&evaluator, inputs, expected, outputs)
            }
        }
        if let failure { throw failure }
    }

    private func firstFailure(
        _ evaluator: inout MLPEvaluator,
        _ inputs: UnsafeBufferPointer<Float>,
        _ expected: UnsafeBufferPointer<Float>,
        _ outputs: UnsafeMutableBufferPointer<Float>
    ) -> ModelError? {
        var vector = 0
        while vector < testVectorCount {
            let rows = min(evaluator.blockRows, testVectorCount - vector)
            let block = UnsafeBufferPointer(
                rebasing: inputs[vector * inputCount..<(vector + rows) * inputCount]
            )
            evaluator.evaluate(block, into: outputs)
            for element in 0..<rows * outputCount {
                let index = vector * outputCount + element
                // A NaN is not within any distance, so the comparison has to be this way round.
                let distance = abs(outputs[element] - expected[index])
                guard distance <= 1e-5 * max(1, abs(expected[index])) else {
                    return ModelError(
                        field: "test vector \(index / outputCount)",
                        offset: layout.testOutputs.offset + index * 4,
                        reason: .selfTestFailed(
                            expected: expected[index],
                            actual: outputs[element]
                        )
                    )
                }
            }
            vector += rows
        }
        return nil
    }
}
