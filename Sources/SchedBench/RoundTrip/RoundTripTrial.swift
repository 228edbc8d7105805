internal import SchedDaemon

/// The measurements of one case, collected over the rounds.
struct RoundTripTrial {
    let trip: RoundTripCase
    /// Median latency of each round, ns; at saturation decisions a second.
    private(set) var rounds: [Double] = []
    private var latency = LatencyHistogram(PipelineMeasurements().latency)
    private var inference = LatencyHistogram(PipelineMeasurements().inference)
    private var lateness = LatencyHistogram()
    private var batchSizes = PipelineMeasurements().batchSizes
    private var sent = 0
    private var dropped = 0
    private var answered: UInt64 = 0
    private var elapsed: UInt64 = 0
    private var processorTime: UInt64 = 0
    private var wallTime: UInt64 = 0
    private var reloads = 0
    /// Median wake-up of each round in which one was measured, ns.
    private var wakeUpRounds: [Double] = []
    private var wakeUps = LatencyHistogram()

    init(_ trip: RoundTripCase) {
        self.trip = trip
    }

    /// Adds a round.
    ///
    /// - Parameters:
    ///   - report: what was sent.
    ///   - measured: what was answered.
    ///   - processorTime: what answering took of a CPU, ns.
    ///   - wallTime: over which time, ns.
    mutating func add(
        _ report: RequestSender.Report,
        _ measured: PipelineMeasurements,
        processorTime: UInt64,
        wallTime: UInt64
    ) {
        let round = LatencyHistogram(measured.latency)
        inference = inference.adding(LatencyHistogram(measured.inference))
        batchSizes = zip(batchSizes, measured.batchSizes).map { $0 + $1 }
        latency = latency.adding(round)
        lateness = lateness.adding(report.lateness)
        sent += report.sent
        dropped += report.dropped
        answered += measured.requests
        elapsed += report.elapsed
        self.processorTime += processorTime
        self.wallTime += wallTime
        let perSecond = 1e9 * Double(measured.requests) / Double(max(report.elapsed, 1))
        rounds.append(trip.rate == nil ? perSecond : round.figures["p50_ns"] ?? .infinity)
    }

    /// Adds models that were replaced in a round.
    mutating func add(reloads count: Int) {
        reloads += count
    }

    /// Adds how long a sleeping thread took to wake, to the round that was added last.
    mutating func add(wakeUps round: LatencyHistogram) {
        wakeUpRounds.append(round.figures["p50_ns"] ?? .infinity)
        wakeUps = wakeUps.adding(round)
    }

    /// The result of all rounds, and that of the wake-ups beside them.
    func results(_ environment: BenchEnvironment) -> [BenchResult] {
        let own = result("mlsched", rounds, latency, figures, environment)
        guard !wakeUpRounds.isEmpty else { return [own] }
        return [own, result("wake-up alone", wakeUpRounds, wakeUps, [:], environment)]
    }

    private var figures: [String: Double] {
        var figures: [String: Double] = [:]
        figures["rate_per_s"] = trip.rate.map(Double.init)
        figures["sent"] = Double(sent)
        figures["dropped"] = Double(dropped)
        figures["reloads"] = trip.isReloading ? Double(reloads) : nil
        figures["lost"] = Double(sent) - Double(answered)
        figures["decisions_per_s"] = 1e9 * Double(answered) / Double(max(elapsed, 1))
        figures["processor_share"] = Double(processorTime) / Double(max(wallTime, 1))
        figures["evaluation_p50_ns"] = inference.figures["p50_ns"]
        figures["late_p99_ns"] = lateness.figures["p99_ns"]
        let batches = batchSizes.reduce(0, +)
        if batches > 0 { figures["mean_batch"] = Double(answered) / Double(batches) }
        figures["largest_batch"] = batchSizes.lastIndex { $0 > 0 }.map(Double.init)
        figures["ratio_to_wake"] = Sample(zip(rounds, wakeUpRounds).map { $0 / $1 })?.median
        return figures
    }

    private func result(
        _ subject: String,
        _ rounds: [Double],
        _ histogram: LatencyHistogram,
        _ own: [String: Double],
        _ environment: BenchEnvironment
    ) -> BenchResult {
        BenchResult(
            section: "roundtrip",
            name: trip.name,
            subject: subject,
            primary: trip.rate == nil ? "decisions_per_s" : "p50_ns",
            rounds: rounds,
            figures: histogram.figures.merging(own) { $1 },
            curve: histogram.curve,
            environment: environment
        )
    }
}
