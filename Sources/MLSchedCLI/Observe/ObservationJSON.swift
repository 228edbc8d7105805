import BPFRuntime
import CMLSchedABI
import MLSched
import SchedDaemon

/// One interval or the sums at the end, as JSON.
struct ObservationJSON: Encodable {
    let type: String
    let seconds: Double
    let counters: [String: UInt64]
    let processes: [String: [String: UInt64]]
    let domainLoads: [Double]
    let requestsSent: UInt64
    let requestsDropped: UInt64
    let requestsLost: Int
    let overheadRuns: UInt64?
    let overheadNs: UInt64?
    let measuringNsPerRun: Double?

    /// The lines that tell of an interval: one, and with the last one the sums.
    ///
    /// - Throws: `Failure` for a number that JSON cannot express.
    static func lines(_ observation: Observation, top: Int) throws(Failure) -> [String] {
        let interval = Self(
            "interval",
            observation,
            observation.counters,
            observation.requests,
            observation.processes.prefix(top)
        )
        guard observation.isFinal else { return [try jsonLine(interval)] }
        let total = Self(
            "total",
            observation,
            observation.total,
            observation.totalRequests,
            observation.totalProcesses.prefix(top)
        )
        return [try jsonLine(interval), try jsonLine(total)]
    }

    private init(
        _ type: String,
        _ observation: Observation,
        _ counters: ObservedCounters,
        _ requests: SchedulerCounters,
        _ processes: ArraySlice<ObservedProcess>
    ) {
        self.type = type
        seconds = (type == "total" ? observation.elapsed : observation.length) / .seconds(1)
        self.counters = Self.dictionary(counters)
        self.processes = Dictionary(
            processes.map { ($0.name, Self.dictionary($0.counters)) },
            uniquingKeysWith: { $1 }
        )
        domainLoads = observation.domains.map(\.load)
        requestsSent = requests[MLS_REQUESTS_SENT]
        requestsDropped = requests[MLS_REQUESTS_DROPPED]
        requestsLost = observation.lostRecords
        overheadRuns = observation.runTime?.runs
        overheadNs = observation.runTime?.nanoseconds
        measuringNsPerRun = observation.emptyRunTime?.nanosecondsPerRun
    }

    private static func dictionary(_ counters: ObservedCounters) -> [String: UInt64] {
        Dictionary(counters.named.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
}

/// One request as JSON, every feature by its name.
struct RequestJSON: Encodable {
    private let request: ObservedRequest

    init(_ request: ObservedRequest) {
        self.request = request
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: MemberKey.self)
        try members.encode("request", forKey: "type")
        try members.encode(request.nanoseconds, forKey: "time_ns")
        try members.encode(request.pid, forKey: "pid")
        try members.encode(request.kind, forKey: "kind")
        for feature in LiveFeature.measured {
            try members.encode(request.features[feature], forKey: MemberKey(feature.rawValue))
        }
        try members.encode(Double(request.measured.srcDomLoad), forKey: "src_measured")
        try members.encode(Double(request.measured.dstDomLoad), forKey: "dst_measured")
        try members.encode(Decision(migrate: request.migrates).name, forKey: "decision")
    }
}

/// The name of a member that is known only when the program runs.
struct MemberKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringLiteral name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
