/// The distribution of a layer's weights or biases.
struct NumberSummary: Encodable, Equatable {
    let min: Float
    let max: Float
    let mean: Double
    /// Standard deviation of the numbers themselves, not of a sample.
    let std: Double

    /// - Precondition: there is at least one number.
    init(_ values: UnsafeBufferPointer<Float>) {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1) } / count
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        self.mean = mean
        std = variance.squareRoot()
        min = values.min() ?? 0
        max = values.max() ?? 0
    }
}
