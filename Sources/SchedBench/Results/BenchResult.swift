/// What was measured of one thing: one line of a result file.
public struct BenchResult: Codable, Equatable, Sendable {
    /// One point of a latency distribution.
    public struct CurvePoint: Codable, Equatable, Sendable {
        /// Share of all values that are at most `nanoseconds`, 0 – 100.
        public let percentile: Double
        /// The value, ns.
        public let nanoseconds: Double

        /// A point of a distribution.
        public init(percentile: Double, nanoseconds: Double) {
            self.percentile = percentile
            self.nanoseconds = nanoseconds
        }
    }

    /// The part of the benchmark: `inference`, `roundtrip`, `lookup`, `network` or `start`.
    public let section: String
    /// What was measured within the section, such as `batch 32`.
    public let name: String
    /// Who did it, such as `mlsched`, or `plain C` beside it.
    public let subject: String
    /// The figures, by names that end in their unit.
    public var figures: [String: Double]
    /// The one among the figures that `rounds` repeats and comparisons use.
    public let primary: String
    /// The primary figure of every round, in their order.
    public let rounds: [Double]
    /// The distribution of single latencies, where these were taken.
    public var curve: [CurvePoint]
    /// Where and with what it was measured.
    public let environment: BenchEnvironment

    /// A result whose primary figure is the median of its rounds.
    public init(
        section: String,
        name: String,
        subject: String,
        primary: String,
        rounds: [Double],
        figures: [String: Double] = [:],
        curve: [CurvePoint] = [],
        environment: BenchEnvironment
    ) {
        self.section = section
        self.name = name
        self.subject = subject
        self.primary = primary
        self.rounds = rounds
        self.curve = curve
        self.environment = environment
        self.figures = figures
        if let sample = Sample(rounds) { self.figures[primary] = sample.median }
    }

    /// What identifies the same measurement in another run.
    public var key: String { "\(section), \(name), \(subject)" }

    /// The rounds as a sample; nil when there are none.
    public var sample: Sample? { Sample(rounds) }
}
