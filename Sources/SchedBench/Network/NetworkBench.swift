internal import BPFPrograms
internal import BPFRuntime
internal import CMLSchedABI
public import MLPInference

/// What the network costs inside the kernel, beside the same model in user space.
///
/// The kernel itself repeats and times the program (`BPF_PROG_TEST_RUN`), a loop around the
/// scheduler's own code; the time of the same loop around nothing is subtracted. The float32 network
/// of the daemon runs on the same CPU in turns with it. What a network computes does not change
/// what it takes, so the weights are drawn.
public struct NetworkBench: Sendable {
    private let model: Model
    private let rounds: Int
    private let cpu: Int

    /// Plans a run on a CPU.
    public init(_ model: Model, rounds: Int, cpu: Int) {
        self.model = model
        self.rounds = rounds
        self.cpu = cpu
    }

    /// Measures; one result for each shape in the kernel, and one for the model in user space.
    ///
    /// - Throws: `BPFError` where the kernel does not let this process load or run the programs.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        try PinnedThread.run(on: cpu, named: "bench-network") {
            var trials = NetworkShape.measured.map { NetworkTrial(shape: $0) }
            var subject = LibrarySubject(model, rows: 1)
            var userSpace = InferenceTrial(rows: 1)
            let watch = Stopwatch()
            // Every round loads the programs anew: by where the kernel puts their code the same
            // program takes up to a fifth longer.
            for _ in 0..<rounds {
                let programs = try NetworkPrograms()
                for index in trials.indices { try trials[index].measure(programs) }
                userSpace.measure(&subject, watch: watch, nanoseconds: Self.slot)
            }
            let float = Sample(userSpace.calls)?.median
            return trials.map { $0.result(besides: float, environment) }
                + [Self.result(userSpace, environment)]
        }
    }

    private static func result(
        _ trial: InferenceTrial,
        _ environment: BenchEnvironment
    ) -> BenchResult {
        BenchResult(
            section: "network",
            name: "the model, float32",
            subject: "user space",
            primary: "ns",
            rounds: trial.calls,
            environment: environment
        )
    }

    /// Time for user space in each round.
    private static let slot: UInt64 = 25_000_000
}

/// The widths of a network that is measured.
struct NetworkShape: Sendable {
    let inputs: Int
    let hidden: [Int]

    var name: String { ([inputs] + hidden + [1]).map(String.init).joined(separator: "-") }

    static let measured = [
        NetworkShape(inputs: 10, hidden: [64, 64]), NetworkShape(inputs: 10, hidden: [16, 8]),
    ]
}

/// The programs of `bpf/network.bpf.c` in the kernel.
struct NetworkPrograms: ~Copyable {
    private let loop: BPFProgram
    private let nothing: BPFProgram
    private let networks: MappedArray<UInt64>

    /// Loads them.
    init() throws(BPFError) {
        let object = try OpenObject(.network).load()
        let loop = try object.program("bench_network")
        let nothing = try object.program("bench_network_nothing")
        networks = try MappedArray(object.map("networks"))
        self.loop = loop
        self.nothing = nothing
    }

    /// Instructions that the verifier walked to accept the network.
    func verifiedInstructions() throws(BPFError) -> Int { try loop.verifiedInstructions() }

    /// Puts a network where the programs look for that of generation 0.
    func publish(_ network: [UInt64]) {
        for (index, word) in network.enumerated() { networks[index] = word }
    }

    /// Times of an evaluation with its loop, and of the loop, ns.
    func time() throws(BPFError) -> (loop: Double, nothing: Double) {
        (try Self.turn(loop), try Self.turn(nothing))
    }

    /// The same by the kernel's run-time statistics; nil without the right to switch them on.
    func timeByStatistics() throws(BPFError) -> Double? {
        guard let statistics = try? RunTimeStatistics() else { return nil }
        let before = (try loop.runTime(), try nothing.runTime())
        _ = try time()
        let evaluations = try loop.runTime().since(before.0).nanosecondsPerRun
        let empty = try nothing.runTime().since(before.1).nanosecondsPerRun
        _ = consume statistics
        return (evaluations - empty) / Double(MLS_NETWORK_TURNS)
    }

    private static func turn(_ program: borrowing BPFProgram) throws(BPFError) -> Double {
        let run = try program.measure(repetitions: repetitions)
        return Double(run.nanoseconds) / Double(MLS_NETWORK_TURNS)
    }

    /// Runs in one call: a few milliseconds, well over the resolution of a nanosecond a run.
    private static let repetitions: Int32 = 200
}
