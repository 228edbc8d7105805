/// The median of some values, and how far they lie apart.
public struct SimSpread: Equatable, Sendable {
    /// The value in the middle; of an even number the mean of the two.
    public let median: Double
    /// The smallest.
    public let least: Double
    /// The largest.
    public let most: Double

    /// The spread of values; of none all is 0.
    public init(_ values: [Double]) {
        let sorted = values.sorted()
        let count = sorted.count
        least = sorted.first ?? 0
        most = sorted.last ?? 0
        median = count == 0 ? 0 : (sorted[count / 2] + sorted[(count - 1) / 2]) / 2
    }
}
