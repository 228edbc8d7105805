internal import CMLSchedABI
internal import Histogram
public import SchedExtStats

/// A structure of the statistics: the one list of what is told of a subject, with meanings.
///
/// Metadata and values for the socket, metrics, and the text of `--help-stats` follow from it.
struct StatisticsStructure<Subject>: Sendable {
    /// One field: what it is called, what it means, and where it comes from.
    struct Field: Sendable {
        let name: String
        let metadata: StatsField
        let value: @Sendable (Subject) -> StatsValue

        init(
            _ name: String,
            _ kind: String,
            _ meaning: String,
            isSkipped: Bool = false,
            _ value: @escaping @Sendable (Subject) -> StatsValue
        ) {
            self.name = name
            metadata = StatsField(kind, desc: meaning, isSkipped: isSkipped)
            self.value = value
        }

        init(
            _ name: String,
            dictionaryOf structure: String,
            _ meaning: String,
            _ value: @escaping @Sendable (Subject) -> StatsValue
        ) {
            self.name = name
            metadata = StatsField(dictionaryOf: structure, desc: meaning)
            self.value = value
        }
    }

    let name: String
    let meaning: String
    var isTop = false
    let prefix: String
    var label: String?
    let fields: [Field]

    var metadata: StatsStructure {
        StatsStructure(
            name,
            desc: meaning,
            isTop: isTop,
            prefix: prefix,
            label: label,
            fields: Dictionary(fields.map { ($0.name, $0.metadata) }) { first, _ in first }
        )
    }

    func values(of subject: Subject) -> StatsValue {
        .table(Dictionary(fields.map { ($0.name, $0.value(subject)) }) { first, _ in first })
    }
}

/// All statistics, for the socket and those who read it.
public enum StatisticsCatalogue {
    /// What the structures are, for programs that do not know them.
    public static let structures = [
        scheduler.metadata, candidates.metadata, domain.metadata, stage.metadata,
    ]

    /// The values of an interval, as the top structure has them.
    public static func values(of interval: StatisticsInterval) -> StatsValue {
        scheduler.values(of: interval)
    }

    private typealias Candidates = (
        now: SchedulerCounters, total: SchedulerCounters, kind: mls_candidate_kind
    )

    private static let scheduler = StatisticsStructure<StatisticsInterval>(
        name: "Scheduler",
        meaning: "mlsched as a whole",
        isTop: true,
        prefix: "mlsched_",
        fields: own + counters + parts
    )

    private static let own: [StatisticsStructure<StatisticsInterval>.Field] = [
        .init("elapsed_seconds", "float", "time since the scheduler was first attached") {
            .number($0.elapsed / .seconds(1))
        },
        .init(
            "interval_seconds",
            "float",
            "time since this connection last asked; names without _total are of this interval",
            isSkipped: true
        ) { .number($0.length / .seconds(1)) },
        .init("degraded", "u64", "1: the model does not keep up; the fallback rule decides") {
            .integer($0.isDegraded ? 1 : 0)
        },
        .init(
            "filled_ratio",
            "float",
            "part of all patterns decided before the model came into force"
        ) { .number($0.measurements.fill?.share ?? 0) },
        .init("answered", "u64", "requests answered by the model", isSkipped: true) {
            .integer($0.measurements.requests)
        },
        .init("batches", "u64", "batches in which they were answered", isSkipped: true) {
            .integer($0.measurements.batches)
        },
    ]

    private static var counters: [StatisticsStructure<StatisticsInterval>.Field] {
        SchedulerCounters().named.enumerated().flatMap { index, counter in
            [
                .init(counter.name, "u64", counter.meaning, isSkipped: true) {
                    .integer($0.counters.named[index].value)
                },
                .init("\(counter.name)_total", "u64", counter.meaning) {
                    .integer($0.total.named[index].value)
                },
            ]
        }
    }

    private static let parts: [StatisticsStructure<StatisticsInterval>.Field] = [
        .init("candidates", dictionaryOf: "Candidates", "candidates, by why they could move") {
            interval in
            table(SchedulerCounters.kinds) { kind in
                (kind.name, candidates.values(of: (interval.counters, interval.total, kind.kind)))
            }
        },
        .init("domains", dictionaryOf: "Domain", "domains, by their number") { interval in
            table(Array(interval.domains.enumerated())) { index, load in
                ("\(index)", domain.values(of: load))
            }
        },
        .init("latency", dictionaryOf: "Stage", "times of the interval, by what took them") {
            table([
                ("inference", $0.measurements.inference), ("decision", $0.measurements.latency),
            ]) { name, histogram in (name, stage.values(of: histogram)) }
        },
    ]

    private static let candidates = StatisticsStructure<Candidates>(
        name: "Candidates",
        meaning: "tasks of one kind that could move to another domain",
        prefix: "mlsched_candidates_",
        label: "kind",
        fields: SchedulerCounters().named(nil).enumerated().flatMap { index, counter in
            [
                .init(counter.name, "u64", counter.meaning, isSkipped: true) {
                    .integer($0.now.named($0.kind)[index].value)
                },
                .init("\(counter.name)_total", "u64", counter.meaning) {
                    .integer($0.total.named($0.kind)[index].value)
                },
            ]
        }
    )

    private static let domain = StatisticsStructure<DomainLoad>(
        name: "Domain",
        meaning: "CPUs that share a cache",
        prefix: "mlsched_domain_",
        label: "domain",
        fields: [
            .init("cpus", "string", "its CPUs", isSkipped: true) { .text("\($0.cpus)") },
            .init("load_ratio", "float", "its load: 0.5 is every CPU busy and nobody waiting") {
                .number($0.load)
            },
        ]
    )

    private static let stage = StatisticsStructure<Histogram<UInt64>>(
        name: "Stage",
        meaning: "times of a batch in the network (inference), and from a request until its "
            + "decision is visible to the kernel (decision)",
        prefix: "mlsched_latency_",
        label: "stage",
        fields: [
            .init("samples", "u64", "how many were measured") { .integer($0.totalCount) },
            .init("p50_seconds", "float", "half of them took longer") { seconds($0, 50) },
            .init("p99_seconds", "float", "one in a hundred took longer") { seconds($0, 99) },
            .init("max_seconds", "float", "the longest") { seconds($0, 100) },
        ]
    )

    private static func seconds(_ histogram: Histogram<UInt64>, _ percentile: Double) -> StatsValue
    {
        let isEmpty = histogram.totalCount == 0
        return .number(isEmpty ? 0 : Double(histogram.valueAtPercentile(percentile)) / 1e9)
    }

    private static func table<Element>(
        _ elements: [Element],
        _ member: (Element) -> (String, StatsValue)
    ) -> StatsValue {
        .table(Dictionary(elements.map(member)) { first, _ in first })
    }
}
