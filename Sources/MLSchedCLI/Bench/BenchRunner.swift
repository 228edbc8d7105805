import BPFRuntime
import Glibc
import MLPInference
import SchedBench

/// Measures section after section and prints each when it is there.
struct BenchRunner {
    private let model: Model
    private let modelPath: String?
    private let sections: [BenchSection]
    private let areNamed: Bool
    private let batches: [Int]
    private let rounds: Int
    private let places: MeasuringCPUs
    private let environment: BenchEnvironment
    private let printer: BenchPrinter

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - model: the network.
    ///   - modelPath: its file; nil for the built-in one.
    ///   - sections: what to measure; nil for what can be.
    ///   - batches: sizes for inference.
    ///   - rounds: repetitions.
    ///   - cpu: where to measure; nil for any.
    ///   - printer: shows the results.
    /// - Throws: `BenchError` for a CPU that this process may not use.
    init(
        model: Model,
        modelPath: String?,
        sections: [BenchSection]?,
        batches: [Int],
        rounds: Int,
        cpu: Int?,
        printer: BenchPrinter
    ) throws {
        self.model = model
        self.modelPath = modelPath
        self.sections = sections ?? BenchSection.allCases
        areNamed = sections != nil
        self.batches = batches
        self.rounds = rounds
        places = try MeasuringCPUs(preferring: cpu)
        environment = BenchEnvironment(model: model, version: Version.text)
        self.printer = printer
    }

    /// Measures everything that can be measured here.
    ///
    /// - Throws: `Failure` when a section that was asked for cannot, or breaks.
    func run() throws -> [BenchResult] {
        var results: [BenchResult] = []
        try printer.begin(environment)
        for section in sections {
            do {
                let measured = try measure(section)
                try printer.print(section, measured)
                results += measured
            } catch let failure as Failure {
                throw failure
            } catch {
                let sentence = "\(section.rawValue) cannot be measured: \(error)"
                guard !areNamed, error is BPFError else {
                    throw error is BPFError ? Failure.unusable(sentence) : .broken(sentence)
                }
                StandardError.print("mlsched: \(sentence)")
            }
        }
        return results
    }

    private func measure(_ section: BenchSection) throws -> [BenchResult] {
        switch section {
        case .inference:
            return try InferenceBench(
                model,
                batches: batches,
                rounds: 2 * rounds,
                cpu: places.cpu
            ).run(environment)
        case .roundtrip:
            if places.other == nil {
                StandardError.print(
                    "mlsched: with one CPU there is no sender on another; those are left out"
                )
            }
            return try RoundTripBench(
                model,
                cases: RoundTripCase.usual,
                rounds: rounds,
                cpu: places.cpu,
                otherCPU: places.other
            ).run(environment)
        case .lookup:
            return try LookupBench(rounds: rounds, cpu: places.cpu).run(environment)
        case .network:
            return try NetworkBench(model, rounds: rounds, cpu: places.cpu).run(environment)
        case .start:
            return try StartBench(
                program: try Self.ownPath(),
                readyArguments: ["bench", "--ready"] + (modelPath.map { ["--model", $0] } ?? []),
                repetitions: 4 * rounds
            ).run(environment)
        }
    }

    /// The path of this program.
    private static func ownPath() throws -> String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        guard count > 0, count < path.count else {
            throw Failure.broken("/proc/self/exe does not say where this program is")
        }
        return String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
