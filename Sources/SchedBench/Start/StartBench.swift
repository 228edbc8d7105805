internal import Glibc
internal import LinuxSystem
internal import SchedDaemon

/// How long the program takes from exec to its work, and how large it is then.
public struct StartBench: Sendable {
    private let program: String
    private let readyArguments: [String]
    private let repetitions: Int

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - program: the path of `mlsched`.
    ///   - readyArguments: make it print a ``StartReport`` when it is ready, and end.
    ///   - repetitions: how often each is started.
    public init(program: String, readyArguments: [String], repetitions: Int) {
        self.program = program
        self.readyArguments = readyArguments
        self.repetitions = repetitions
    }

    /// Measures; one result for each state that is waited for.
    ///
    /// - Throws: `BenchError` when the program does not do what it is started for.
    public func run(_ environment: BenchEnvironment) throws -> [BenchResult] {
        var results = [try ready(environment), try exit(environment)]
        if let state = SysfsFile(Self.state).text(), state == "disabled" {
            results.append(try attached(environment))
        }
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
        return BenchResult(
            section: "start",
            name: hasLoop ? "exec to ready" : "exec to ready, without BPF",
            subject: "mlsched",
            primary: "ns",
            rounds: times,
            figures: [
                "resident_kib": Sample(reports.map { Double($0.residentKibibytes) })?.median ?? 0,
                "peak_kib": Double(reports.map(\.peakKibibytes).max() ?? 0),
                "binary_bytes": Double(Self.size(of: program)),
            ],
            environment: environment
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
        return BenchResult(
            section: "start",
            name: "predict, exec to exit",
            subject: "mlsched",
            primary: "ns",
            rounds: times,
            environment: environment
        )
    }

    /// For kernels with sched_ext where nothing is attached: this takes the CPUs for a moment.
    private func attached(_ environment: BenchEnvironment) throws -> BenchResult {
        let clock = MonotonicClock()
        var times: [Double] = []
        for _ in 0..<min(repetitions, 5) {
            let start = clock.now()
            let child = try ChildProcess([program, "run", "--duration", "10"], isRead: true)
            var state = ""
            while state != "enabled", clock.now() &- start < 10_000_000_000 {
                state = SysfsFile(Self.state).text() ?? ""
            }
            let end = clock.now()
            child.terminate()
            let status = child.finish().status
            guard state == "enabled" else {
                throw BenchError("`\(program) run` ended with status \(status) unattached")
            }
            times.append(Double(end &- start))
        }
        return BenchResult(
            section: "start",
            name: "exec to attached",
            subject: "mlsched",
            primary: "ns",
            rounds: times,
            environment: environment
        )
    }

    private static let state = "/sys/kernel/sched_ext/state"

    private static func size(of path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }
}
