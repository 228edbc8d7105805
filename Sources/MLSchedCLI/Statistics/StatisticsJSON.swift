import Glibc
import Histogram
import SchedDaemon

/// One interval as JSON.
///
/// Times are seconds, or nanoseconds where the name says so. All members are always there; those
/// without a value are null. Statistics.md says what each means.
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

    let time: Double
    let elapsed: Double
    let length: Double
    let final: Bool
    let degraded: Bool
    let domains: [Domain]
    let hitRate: Nullable<Double>
    let candidates: [String: [String: UInt64]]
    let total: [String: UInt64]
    let scheduler: [String: UInt64]
    let schedulerTotal: [String: UInt64]
    let inferenceNanoseconds: Nullable<Quantiles>
    let decisionNanoseconds: Nullable<Quantiles>
    let batches: UInt64
    let meanBatch: Nullable<Double>
    let filled: Nullable<Double>
    let fillNanoseconds: Nullable<UInt64>

    init(_ interval: StatisticsInterval) {
        time = Self.wallClock
        elapsed = interval.elapsed / .seconds(1)
        length = interval.length / .seconds(1)
        final = interval.isFinal
        degraded = interval.isDegraded
        domains = interval.domains.map { Domain(cpus: $0.cpus.description, load: $0.load) }
        hitRate = Nullable(interval.hitRate)
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
        inferenceNanoseconds = Nullable(Self.quantiles(measured.inference))
        decisionNanoseconds = Nullable(Self.quantiles(measured.latency))
        batches = measured.batches
        filled = Nullable(measured.fill?.share)
        fillNanoseconds = Nullable(measured.fill?.nanoseconds)
        let mean = Double(measured.requests) / Double(batches)
        meanBatch = Nullable(batches == 0 ? nil : mean)
    }

    /// Seconds since 1970.
    private static var wallClock: Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
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
