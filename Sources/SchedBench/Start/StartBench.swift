internal import Glibc
internal import LinuxSystem
internal import SchedDaemon

/// How long the program takes from exec to its work, and how large it is then.
public struct StartBench: Sendable {
    private let program: String
    private let readyArguments: [String]
    private let repetitions: Int
    private let state: String

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - program: the path of `mlsched`.
    ///   - readyArguments: make it print a ``StartReport`` when it is ready, and end.
    ///   - repetitions: how often each is started.
    ///   - state: the file in which the kernel says whether a scheduler is attached.
    public init(
        program: String,
        readyArguments: [String],
        repetitions: Int,
        state: String = "/sys/kernel/sched_ext/state"
    ) {
        self.program = program
        self.readyArguments = readyArguments
        self.repetitions = repetitions
        self.state = state
    }

    /// Measures; one result for each state that is waited for.
    ///
    /// - Throws: `BenchError` when the program does not do what it is started for.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        var results = [try ready(environment), try exit(environment)]
        if SysfsFile(state).text() == "disabled" { results.append(try attached(environment)) }
        return results
    }

    private func ready(_ environment: BenchEnvironment) throws -> BenchResult {
        let clock = MonotonicClock()
        var times: [Double] = []
        var reports: [StartReport] = []
        for _ in 0..<repetitions {
            let start = clock.now()
            let child = try ChildProcess([program] + readyArguments, isRead: true)
            let (output, status) = child.finish()
            guard status == 0, let report = StartReport(line: output) else {
                throw BenchError("\(program) ended with status \(status) before it was ready")
            }
            times.append(Double(report.readyNanoseconds &- start))
            reports.append(report)
        }
        let hasLoop = reports.allSatisfy(\.hasLoop)
        return Self.result(
            hasLoop ? "exec to ready" : "exec to ready, without BPF",
            times,
            [
                "resident_kib": Sample(reports.map { Double($0.residentKibibytes) })?.median ?? 0,
                "peak_kib": Double(reports.map(\.peakKibibytes).max() ?? 0),
                "binary_bytes": Double(Self.size(of: program)),
            ],
            environment
        )
    }

    private func exit(_ environment: BenchEnvironment) throws -> BenchResult {
        let arguments = [
            "predict", "--cpu", "4", "--idle", "2", "--busy", "6", "--src", "0.9", "--dst", "0.2",
        ]
        let clock = MonotonicClock()
        var times: [Double] = []
        for _ in 0..<repetitions {
            let start = clock.now()
            let status = try ChildProcess([program] + arguments, isRead: true).finish().status
            times.append(Double(clock.now() &- start))
            guard status == 0 else {
                throw BenchError("`\(program) predict` ended with status \(status)")
            }
        }
        return Self.result("predict, exec to exit", times, [:], environment)
    }

    /// For kernels with sched_ext where nothing is attached: this takes the CPUs for a moment.
    private func attached(_ environment: BenchEnvironment) throws -> BenchResult {
        let clock = MonotonicClock()
        var times: [Double] = []
        for _ in 0..<min(repetitions, 5) {
            let start = clock.now()
            let child = try ChildProcess([program, "run", "--duration", "10"], isRead: true)
            var isAttached = false
            while !isAttached, clock.now() &- start < 10_000_000_000 {
                isAttached = SysfsFile(state).text() == "enabled"
            }
            let end = clock.now()
            child.terminate()
            let status = child.finish().status
            guard isAttached else {
                throw BenchError("`\(program) run` ended with status \(status) unattached")
            }
            times.append(Double(end &- start))
        }
        return Self.result("exec to attached", times, [:], environment)
    }

    private static func result(
        _ name: String,
        _ times: [Double],
        _ figures: [String: Double],
        _ environment: BenchEnvironment
    ) -> BenchResult {
        BenchResult(
            section: "start",
            name: name,
            subject: "mlsched",
            primary: "ns",
            rounds: times,
            figures: figures,
            environment: environment
        )
    }

    private static func size(of path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }
}
