/// Sixteen elements: the step in which buffers are sized and biases repeat, a cache line.
typealias Lanes = SIMD16<Float>

extension Lanes {
    /// The next multiple of sixteen.
    static func padded(_ elements: Int) -> Int {
        (elements + scalarCount - 1) / scalarCount * scalarCount
    }
}
