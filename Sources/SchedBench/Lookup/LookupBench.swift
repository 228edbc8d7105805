internal import BPFPrograms
internal import BPFRuntime
internal import CMLSchedABI
internal import MLSched

/// What the scheduler's decision path costs inside the kernel: finding a decision that is there,
/// and sending a request for one that is not.
///
/// The kernel itself repeats and times the programs (`BPF_PROG_TEST_RUN`), each a loop around the
/// scheduler's own code; the time of the same loop around nothing is subtracted.
public struct LookupBench: Sendable {
    private let rounds: Int
    private let cpu: Int

    /// Plans a run on a CPU.
    public init(rounds: Int, cpu: Int) {
        self.rounds = rounds
        self.cpu = cpu
    }

    /// Measures; one result for each path.
    ///
    /// - Throws: `BPFError` where the kernel does not let this process load or run the programs.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        try PinnedThread.run(on: cpu, named: "bench-lookup") {
            let measured = try measure()
            return [
                result("decision found", measured.found, measured.nothing, environment),
                result("request sent", measured.sent, measured.nothing, environment),
            ]
        }
    }

    private typealias Measured = (nothing: [Double], found: [Double], sent: [Double])

    /// Every round loads the programs anew: by where the kernel puts their code the same program
    /// takes up to a fifth longer.
    private func measure() throws -> Measured {
        var measured: Measured = ([], [], [])
        for _ in 0..<rounds { try measureRound(&measured) }
        return measured
    }

    private func measureRound(_ measured: inout Measured) throws {
        let space = try PatternSpace(cpuIDs: 16, online: 16)
        let object = try Self.load(space)
        let table = try MappedArray<UInt8>(object.map("decisions"))
        table.fill(with: UInt8(MLS_STAY.rawValue))
        // Its reader never waits, so nobody is woken: the cost is the sender's alone.
        var ring = try object.ringBuffer("requests")
        let nothingProgram = try object.program("bench_nothing")
        let foundProgram = try object.program("bench_decided")
        let sentProgram = try object.program("bench_emit")
        // The first runs load the caches and let the core reach its clock.
        _ = try nothingProgram.measure(repetitions: Self.repetitions)
        for _ in 0..<Self.samplesPerRound {
            let nothing = try nothingProgram.measure(repetitions: Self.repetitions)
            let found = try foundProgram.measure(repetitions: Self.repetitions)
            let sent = try sentProgram.measure(repetitions: Self.repetitionsPerRing)
            let taken = ring.consume(limit: .max) { _ in }
            try Self.check(found.result, 0, "found no decision")
            try Self.check(sent.result, MLS_LOOKUP_TURNS, "found the ring full")
            try Self.check(
                UInt32(taken),
                MLS_LOOKUP_TURNS * UInt32(Self.repetitionsPerRing),
                "lost requests"
            )
            measured.nothing.append(Double(nothing.nanoseconds) / Double(MLS_LOOKUP_TURNS))
            measured.found.append(Double(found.nanoseconds) / Double(MLS_LOOKUP_TURNS))
            measured.sent.append(Double(sent.nanoseconds) / Double(MLS_LOOKUP_TURNS))
        }
    }

    private static func load(_ space: PatternSpace) throws(BPFError) -> LoadedObject {
        var open = try OpenObject(.lookup)
        var abi = mls_pattern_space()
        (abi.nr_cpu_ids, abi.nr_online) = (UInt32(space.cpuIDs), UInt32(space.online))
        try open.setVariable("mls_nr_cpu_ids", to: abi.nr_cpu_ids)
        try open.setVariable("mls_nr_online", to: abi.nr_online)
        try open.setMaxEntries(of: "decisions", to: 2 * mls_table_words(abi))
        return try open.load()
    }

    private static func check(_ value: UInt32, _ expected: UInt32, _ what: String) throws {
        guard value == expected else {
            throw BenchError(
                "the programs of bpf/lookup.bpf.c \(what) (\(value), not \(expected)); report this"
            )
        }
    }

    private func result(
        _ name: String,
        _ raw: [Double],
        _ nothing: [Double],
        _ environment: BenchEnvironment
    ) -> BenchResult {
        let net = zip(raw, nothing).map { $0 - $1 }
        let rounds = stride(from: 0, to: net.count, by: Self.samplesPerRound).compactMap {
            Sample(Array(net[$0..<min($0 + Self.samplesPerRound, net.count)]))?.median
        }
        var figures = ["runs": Double(raw.count)]
        figures["unsubtracted_ns"] = Sample(raw)?.median
        figures["empty_ns"] = Sample(nothing)?.median
        return BenchResult(
            section: "lookup",
            name: name,
            subject: "mlsched",
            primary: "ns",
            rounds: rounds,
            figures: figures,
            environment: environment
        )
    }

    /// Runs in one call: 64,000 turns, well over the resolution of a nanosecond a run.
    private static let repetitions: Int32 = 1000
    /// As many as leave a ring of 256 KiB some room: 64 · 64 requests of 40 bytes.
    private static let repetitionsPerRing: Int32 = 64
    private static let samplesPerRound = 10
}
