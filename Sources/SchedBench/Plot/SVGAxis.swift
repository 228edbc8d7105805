internal import Glibc

/// One axis of a chart: where a value stands, and which values are written beside it.
public struct SVGAxis: Sendable {
    /// What the axis shows, with its unit.
    public let label: String
    /// Values with their text.
    let ticks: [(value: Double, text: String)]
    private let bounds: ClosedRange<Double>

    /// A logarithmic axis over all values, from power of ten to power of ten.
    ///
    /// - Precondition: there are values, and all are positive.
    public init(logarithmic values: [Double], label: String, text: (Double) -> String) {
        precondition(!values.isEmpty && values.allSatisfy { $0 > 0 }, "a logarithm takes > 0")
        let exponents = values.map(log10)
        let low = (exponents.min() ?? 0).rounded(.down)
        let high = max((exponents.max() ?? 1).rounded(.up), low + 1)
        self.label = label
        bounds = low...high
        ticks = stride(from: low, through: high, by: 1).map { exponent in
            let value = pow(10, exponent)
            return (value, text(value))
        }
    }

    /// An axis of percentiles on which 90, 99 and 99.9 stand at equal distances.
    public init(percentilesUpTo largest: Double, label: String) {
        let marks = [0, 50, 90, 99, 99.9, 99.99, 99.999]
        let end = marks.first { $0 >= largest } ?? 99.999
        self.label = label
        bounds = 0...max(Self.nines(end), 1)
        ticks = marks.filter { $0 <= max(end, 90) }.map { percentile in
            (Self.rest(percentile), Self.text(percentile))
        }
    }

    /// Where a percentile stands: the reciprocal of the share beyond it, for ``position(of:)``.
    static func rest(_ percentile: Double) -> Double { 100 / (100 - percentile) }

    /// The share of the axis's length at which a value stands, 0 – 1.
    func position(of value: Double) -> Double {
        let width = bounds.upperBound - bounds.lowerBound
        return min(1, max(0, (log10(value) - bounds.lowerBound) / width))
    }

    private static func nines(_ percentile: Double) -> Double { log10(rest(percentile)) }

    private static func text(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? "\(Int(percentile)) %" : "\(percentile) %"
    }
}
