import Histogram
import SchedDaemon

/// One interval as JSON.
///
/// Times are seconds, or nanoseconds where the name says so.
struct StatisticsJSON: Encodable {
    struct Domain: Encodable {
        let cpus: String
        let load: Double
    }

    struct Quantiles: Encodable {
        let p50: UInt64
        let p99: UInt64
        let max: UInt64
    }

    let elapsed: Double
    let length: Double
    let final: Bool
    let degraded: Bool
    let domains: [Domain]
    let hitRate: Double?
    let candidates: [String: [String: UInt64]]
    let total: [String: UInt64]
    let scheduler: [String: UInt64]
    let schedulerTotal: [String: UInt64]
    let inferenceNanoseconds: Quantiles?
    let decisionNanoseconds: Quantiles?
    let batches: UInt64
    let meanBatch: Double?
    let filled: Double?
    let fillNanoseconds: UInt64?

    init(_ interval: StatisticsInterval) {
        elapsed = interval.elapsed / .seconds(1)
        length = interval.length / .seconds(1)
        final = interval.isFinal
        degraded = interval.isDegraded
        domains = interval.domains.map { Domain(cpus: $0.cpus.description, load: $0.load) }
        hitRate = interval.hitRate
        let counters = interval.counters
        candidates = Dictionary(
            uniqueKeysWithValues: SchedulerCounters.kinds.map {
                ($0.name, Self.dictionary(counters.named($0.kind)))
            }
        )
        total = Self.dictionary(interval.total.named(nil))
        scheduler = Self.dictionary(counters.named)
        schedulerTotal = Self.dictionary(interval.total.named)
        let measured = interval.measurements
        inferenceNanoseconds = Self.quantiles(measured.inference)
        decisionNanoseconds = Self.quantiles(measured.latency)
        batches = measured.batches
        filled = measured.fill?.share
        fillNanoseconds = measured.fill?.nanoseconds
        meanBatch = batches == 0 ? nil : Double(measured.requests) / Double(batches)
    }

    private static func dictionary(
        _ named: [(name: String, meaning: String, value: UInt64)]
    ) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.value) })
    }

    private static func quantiles(_ histogram: Histogram<UInt64>) -> Quantiles? {
        guard histogram.totalCount > 0 else { return nil }
        return Quantiles(
            p50: histogram.valueAtPercentile(50),
            p99: histogram.valueAtPercentile(99),
            max: histogram.maxRecorded
        )
    }
}
