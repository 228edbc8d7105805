@testable import SchedBench

/// Results as a run would have them.
enum Results {
    static let environment = BenchEnvironment(model: "0123", version: "1.2.3")

    /// A result with nothing but its rounds.
    static func result(
        _ name: String = "batch 32",
        section: String = "inference",
        subject: String = "mlsched",
        rounds: [Double],
        figures: [String: Double] = [:],
        curve: [BenchResult.CurvePoint] = []
    ) -> BenchResult {
        BenchResult(
            section: section,
            name: name,
            subject: subject,
            primary: "ns_per_call",
            rounds: rounds,
            figures: figures,
            curve: curve,
            environment: environment
        )
    }
}
