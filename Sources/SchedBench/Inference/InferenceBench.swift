public import MLPInference

/// How fast the network is evaluated, beside plain C and the core's limit, in one run.
///
/// Calls follow each other without a pause, so a slow one delays those after it and hides none:
/// there is no schedule to fall behind, and nothing is omitted.
public struct InferenceBench: Sendable {
    /// The batch sizes of a usual run.
    public static let defaultBatches = [1, 2, 4, 8, 16, 32, 64, 128, 1024, 65_536]
    /// The largest batch: 2.5 MiB of inputs for ten features.
    public static let largestBatch = 65_536

    private let model: Model
    private let batches: [Int]
    private let rounds: Int
    private let cpu: Int
    private let slot: UInt64

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - model: the network.
    ///   - batches: 1 – 65,536 rows each.
    ///   - rounds: repetitions, in each of which everything is measured once.
    ///   - cpu: on which.
    ///   - slot: for one subject and batch in one round; more where a call takes longer.
    public init(
        _ model: Model,
        batches: [Int],
        rounds: Int,
        cpu: Int,
        slot: Duration = .milliseconds(25)
    ) {
        self.model = model
        self.batches = batches
        self.rounds = rounds
        self.cpu = cpu
        self.slot = UInt64(slot / .nanoseconds(1))
    }

    /// Measures; one result for each batch and subject.
    ///
    /// - Throws: `BenchError` where the thread cannot be kept on its CPU.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        try PinnedThread.run(on: cpu, named: "bench-inference") {
            measure().flatMap { results($0.ours, $0.theirs, $0.peak, environment) }
        }
    }

    private typealias Measured = (ours: InferenceTrial, theirs: InferenceTrial, peak: CorePeak)

    private func measure() -> [Measured] {
        let peak = CorePeak()
        let watch = Stopwatch()
        var ours = batches.map { InferenceTrial(rows: $0) }
        var theirs = ours
        for round in 0..<rounds {
            // Turn about, so that neither always inherits what the other left behind.
            measureRound(oursFirst: round.isMultiple(of: 2), &ours, &theirs, watch)
        }
        return batches.indices.map { (ours[$0], theirs[$0], peak) }
    }

    /// Everything once, in memory of its own: by how buffers share the sets of the first cache the
    /// same code takes up to a hundredth longer, in every round of a run that keeps its buffers.
    private func measureRound(
        oursFirst: Bool,
        _ ours: inout [InferenceTrial],
        _ theirs: inout [InferenceTrial],
        _ watch: Stopwatch
    ) {
        let gap = AlignedFloats(count: .random(in: 0..<Self.largestGap))
        defer { withExtendedLifetime(gap) {} }
        let rows = batches.max() ?? 1
        var library = LibrarySubject(model, rows: rows)
        var plain = PlainCSubject(model, rows: rows)
        for index in batches.indices {
            if oursFirst { ours[index].measure(&library, watch: watch, nanoseconds: slot) }
            plain?.lend { theirs[index].measure(&$0, watch: watch, nanoseconds: slot) }
            if !oursFirst { ours[index].measure(&library, watch: watch, nanoseconds: slot) }
        }
    }

    /// Of four bytes each: as far as the sets of a first-level cache go, and some.
    private static let largestGap = 4096

    private func results(
        _ ours: InferenceTrial,
        _ theirs: InferenceTrial,
        _ peak: CorePeak,
        _ environment: BenchEnvironment
    ) -> [BenchResult] {
        var library = result(of: ours, LibrarySubject.name, peak, environment)
        guard !theirs.calls.isEmpty else { return [library] }
        if let ratios = Sample(zip(ours.calls, theirs.calls).map { $0 / $1 }) {
            library.figures["ratio_to_c"] = ratios.median
            library.figures["ratio_to_c_low"] = ratios.lowerQuartile
            library.figures["ratio_to_c_high"] = ratios.upperQuartile
        }
        return [library, result(of: theirs, PlainCSubject.name, peak, environment)]
    }

    private func result(
        of trial: InferenceTrial,
        _ subject: String,
        _ peak: CorePeak,
        _ environment: BenchEnvironment
    ) -> BenchResult {
        let call = Sample(trial.calls)?.median ?? .infinity
        let rows = Double(trial.rows)
        let operations = rows * CorePeak.operations(of: model)
        let floor = peak.floor(rows: trial.rows, of: model)
        var figures = trial.histogram.figures
        figures["batch"] = rows
        figures["ns_per_sample"] = call / rows
        figures["samples_per_s"] = 1e9 * rows / call
        figures["gflops"] = operations / call
        figures["peak_gflops"] = peak.flops / 1e9
        figures["peak_l1_gbytes_per_s"] = peak.bytes / 1e9
        figures["vector_bits"] = Double(peak.vectorBits)
        figures["peak_share"] = 1e9 * operations / call / peak.flops
        figures["floor_ns"] = floor
        figures["times_floor"] = call / floor
        figures["calls"] = Double(trial.histogram.count)
        figures["chained_ns"] = Sample(trial.chained)?.median
        return BenchResult(
            section: "inference",
            name: "batch \(trial.rows)",
            subject: subject,
            primary: "ns_per_call",
            rounds: trial.calls,
            figures: figures,
            curve: trial.histogram.curve,
            environment: environment
        )
    }
}
