/// Repetitions of one measurement, summed up without assuming a distribution.
public struct Sample: Equatable, Sendable {
    /// The values, ascending.
    public let sorted: [Double]

    /// A sample of finite values; nil without any.
    public init?(_ values: [Double]) {
        guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
        sorted = values.sorted()
    }

    /// The median.
    public var median: Double { quantile(0.5) }

    /// The value that a quarter is below.
    public var lowerQuartile: Double { quantile(0.25) }

    /// The value that a quarter is above.
    public var upperQuartile: Double { quantile(0.75) }

    /// The lowest and the highest value.
    public var ends: (low: Double, high: Double) { (quantile(0), quantile(1)) }

    /// The median of each group of `count` values, in their order; the last may be smaller.
    static func medians(of values: [Double], every count: Int) -> [Double] {
        stride(from: 0, to: values.count, by: count).compactMap {
            Sample(Array(values[$0..<min($0 + count, values.count)]))?.median
        }
    }

    /// Half the distance between the quartiles in parts of the median: the ± that is printed.
    public var spread: Double {
        median == 0 ? 0 : (upperQuartile - lowerQuartile) / (2 * abs(median))
    }

    /// The value at a share of the sample, interpolated between its neighbours.
    ///
    /// Definition 7 of Hyndman and Fan, doi 10.2307/2684934, as in R and numpy.
    ///
    /// - Precondition: the share is 0 – 1.
    public func quantile(_ share: Double) -> Double {
        precondition((0...1).contains(share), "a quantile is a share of the sample")
        let position = share * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
    }
}
