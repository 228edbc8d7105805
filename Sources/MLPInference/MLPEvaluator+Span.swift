// Span arrived with Swift 6.2; this can lose its condition when 6.1 is no longer supported.
#if compiler(>=6.2)
extension MLPEvaluator {
    /// Evaluates a batch.
    ///
    /// - Parameters:
    ///   - inputs: raw feature values `(batch, inputCount)`, row-major.
    ///   - outputs: receives `(batch, outputCount)`, row-major, at its start.
    /// - Precondition: `inputs` holds whole rows, and `outputs` has room for all results.
    /// - Complexity: O(batch · multiply-adds); allocates nothing.
    public mutating func evaluate(_ inputs: Span<Float>, into outputs: inout MutableSpan<Float>) {
        inputs.withUnsafeBufferPointer { inputs in
            outputs.withUnsafeMutableBufferPointer { outputs in
                evaluate(inputs, into: outputs)
            }
        }
    }
}
#endif
