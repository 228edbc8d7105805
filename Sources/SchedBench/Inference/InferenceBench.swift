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
    /// - Throws: `BenchError` where the thread cannot be kept on its CPU, `ModelError` where memory
    ///   is exhausted.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        let subnormal = try model.replacingWeights { weight in
            // 1e-42 to 1e-38, of either sign.
            weight == 0
                ? 0 : Float(signOf: weight, magnitudeOf: Float(Double.random(in: 1e-42...1e-38)))
        }
        return try PinnedThread.run(on: cpu, named: "bench-inference") {
            let peak = CorePeak()
            return measure(subnormal).flatMap { results($0, peak, environment) }
        }
    }

    /// The measurements of every subject at one batch size.
    private struct Trials {
        var library: InferenceTrial
        var sgemm: InferenceTrial
        var fused: InferenceTrial
        var subnormal: InferenceTrial
        var plain: InferenceTrial

        init(rows: Int) {
            library = InferenceTrial(rows: rows)
            (sgemm, fused, subnormal, plain) = (library, library, library, library)
        }
    }

    private func measure(_ subnormal: Model) -> [Trials] {
        let watch = Stopwatch()
        var trials = batches.map { Trials(rows: $0) }
        for round in 0..<rounds {
            // In alternating order, so that neither always inherits the caches that the other left.
            measureRound(oursFirst: round.isMultiple(of: 2), &trials, subnormal, watch)
        }
        return trials
    }

    /// Everything once, in memory of its own: by how buffers share the sets of the first cache the
    /// same code takes up to a hundredth longer, in every round of a run that keeps its buffers.
    private func measureRound(
        oursFirst: Bool,
        _ trials: inout [Trials],
        _ subnormalModel: Model,
        _ watch: Stopwatch
    ) {
        let gap = AlignedFloats(count: .random(in: 0..<Self.largestGap))
        defer { withExtendedLifetime(gap) {} }
        let rows = batches.max() ?? 1
        let hasFused = KernelRule(.fused, for: model).kernels == [.fused]
        var library = LibrarySubject(model, rows: rows)
        var sgemm = LibrarySubject(model, kernel: .sgemm, rows: rows)
        var fused = LibrarySubject(model, kernel: .fused, rows: rows)
        var subnormal = LibrarySubject(subnormalModel, rows: rows)
        var plain = PlainCSubject(model, rows: rows)
        for index in trials.indices {
            if oursFirst {
                trials[index].library.measure(&library, watch: watch, nanoseconds: slot)
            }
            plain?.lend { trials[index].plain.measure(&$0, watch: watch, nanoseconds: slot) }
            if !oursFirst {
                trials[index].library.measure(&library, watch: watch, nanoseconds: slot)
            }
            trials[index].subnormal.measure(&subnormal, watch: watch, nanoseconds: slot)
            trials[index].sgemm.measure(&sgemm, watch: watch, nanoseconds: slot)
            if hasFused { trials[index].fused.measure(&fused, watch: watch, nanoseconds: slot) }
        }
    }

    /// Of four bytes each: as far as the sets of a first-level cache go, and some.
    private static let largestGap = 4096

    private func results(
        _ trials: Trials,
        _ peak: CorePeak,
        _ environment: BenchEnvironment
    ) -> [BenchResult] {
        var library = result(of: trials.library, "mlsched", peak, environment)
        var subnormal = result(of: trials.subnormal, "mlsched subnormal", peak, environment)
        if let ratios = Self.ratios(trials.library, trials.plain) {
            library.figures["ratio_to_c"] = ratios.median
            library.figures["ratio_to_c_low"] = ratios.lowerQuartile
            library.figures["ratio_to_c_high"] = ratios.upperQuartile
        }
        subnormal.figures["ratio_to_ordinary"] =
            Self.ratios(trials.subnormal, trials.library)?.median
        let others = [
            (trials.sgemm, "mlsched sgemm"), (trials.fused, "mlsched fused"),
            (trials.plain, "plain C"),
        ]
        return [library, subnormal]
            + others.filter { !$0.0.calls.isEmpty }
            .map { result(of: $0.0, $0.1, peak, environment) }
    }

    /// The ratio of two subjects' times within each round.
    private static func ratios(_ first: InferenceTrial, _ second: InferenceTrial) -> Sample? {
        Sample(zip(first.calls, second.calls).map { $0 / $1 })
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
