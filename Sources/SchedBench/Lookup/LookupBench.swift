internal import BPFPrograms
internal import BPFRuntime
internal import CMLSchedABI
internal import MLSched

/// What the scheduler's decision path costs inside the kernel: finding a decision that is there,
/// and sending a request for one that is not.
///
/// The kernel itself repeats and times the programs (`BPF_PROG_TEST_RUN`), each a loop around the
/// scheduler's own code; the time of the same loop around nothing is subtracted. Beside it stands
/// what the kernel's run-time statistics (`BPF_ENABLE_STATS`) say, which have a clock of their own.
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
            var timed = Times()
            var counted = Times()
            // Every round loads the programs anew: by where the kernel puts their code the same
            // program takes up to a fifth longer.
            for _ in 0..<rounds { try measureRound(&timed, &counted) }
            return [
                result("decision found", timed, counted, \.found, environment),
                result("request sent", timed, counted, \.sent, environment),
            ]
        }
    }

    /// Times of an iteration, ns, the loop not subtracted; equally many of each.
    private struct Times {
        var nothing: [Double] = []
        var found: [Double] = []
        var sent: [Double] = []

        /// The times of one thing without the loop.
        func net(_ of: KeyPath<Times, [Double]>) -> [Double] {
            zip(self[keyPath: of], nothing).map { $0 - $1 }
        }
    }

    private func measureRound(_ timed: inout Times, _ counted: inout Times) throws {
        let space = try PatternSpace(cpuIDs: 16, online: 16)
        let object = try Self.load(space)
        let table = try MappedArray<UInt8>(object.map("decisions"))
        table.fill(with: UInt8(MLS_STAY.rawValue))
        // Its reader never waits, so nobody is woken: the cost is the sender's alone.
        var ring = try object.ringBuffer("requests")
        let nothing = try object.program("bench_nothing")
        let found = try object.program("bench_decided")
        let sent = try object.program("bench_emit")
        // The first runs load the caches and let the core reach its clock.
        _ = try Self.time(nothing, 0)
        for _ in 0..<Self.samplesPerRound {
            timed.nothing.append(try Self.time(nothing, 0))
            timed.found.append(try Self.time(found, 0))
            timed.sent.append(try Self.timeEmission(sent, into: &ring))
        }
        // Needs CAP_SYS_ADMIN, which programs do not; without it the figure is left out.
        guard let statistics = try? RunTimeStatistics() else { return }
        let before = (try nothing.runTime(), try found.runTime(), try sent.runTime())
        _ = try (Self.time(nothing, 0), Self.time(found, 0))
        _ = try Self.timeEmission(sent, into: &ring)
        counted.nothing.append(Self.turn(try nothing.runTime().since(before.0)))
        counted.found.append(Self.turn(try found.runTime().since(before.1)))
        counted.sent.append(Self.turn(try sent.runTime().since(before.2)))
        _ = consume statistics
    }

    private static func turn(_ time: RunTime) -> Double {
        time.nanosecondsPerRun / Double(MLS_LOOKUP_TURNS)
    }

    /// The time of an iteration of a program that must find that many decisions.
    private static func time(_ program: borrowing BPFProgram, _ expected: UInt32) throws -> Double {
        let run = try program.measure(repetitions: repetitions)
        try check(run.result, expected, "found no decision")
        return Double(run.nanoseconds) / Double(MLS_LOOKUP_TURNS)
    }

    /// The time of an iteration of the program that sends one request in each.
    private static func timeEmission(
        _ program: borrowing BPFProgram,
        into ring: inout RingBuffer
    ) throws -> Double {
        let run = try program.measure(repetitions: repetitionsPerRing)
        let taken = ring.consume(limit: .max) { _ in }
        try check(run.result, MLS_LOOKUP_TURNS, "found the ring full")
        try check(UInt32(taken), MLS_LOOKUP_TURNS * UInt32(repetitionsPerRing), "lost requests")
        return Double(run.nanoseconds) / Double(MLS_LOOKUP_TURNS)
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
        _ timed: Times,
        _ counted: Times,
        _ of: KeyPath<Times, [Double]>,
        _ environment: BenchEnvironment
    ) -> BenchResult {
        let net = timed.net(of)
        var figures = ["runs": Double(net.count)]
        figures["unsubtracted_ns"] = Sample(timed[keyPath: of])?.median
        figures["empty_ns"] = Sample(timed.nothing)?.median
        figures["by_statistics_ns"] = Sample(counted.net(of))?.median
        return BenchResult(
            section: "lookup",
            name: name,
            subject: "mlsched",
            primary: "ns",
            rounds: Sample.medians(of: net, every: Self.samplesPerRound),
            figures: figures,
            environment: environment
        )
    }

    /// Runs in one call: 64,000 iterations, well over the resolution of a nanosecond a run.
    private static let repetitions: Int32 = 1000
    /// Few enough for a ring of 256 KiB: 64 · 48 requests of 72 bytes.
    private static let repetitionsPerRing: Int32 = 48
    private static let samplesPerRound = 10
}
