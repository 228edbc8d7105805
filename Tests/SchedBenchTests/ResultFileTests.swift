import Foundation
import Testing

@testable import SchedBench

@Suite("Result files")
struct ResultFileTests {
    private let result = Results.result(
        rounds: [3, 1, 2],
        figures: ["batch": 32],
        curve: [.init(percentile: 50, nanoseconds: 2)]
    )

    @Test("a line has these members and no line break")
    func shape() throws {
        let line = try ResultFile.line(result)
        #expect(!line.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        )
        #expect(
            Set(object.keys) == [
                "section", "name", "subject", "primary", "figures", "rounds", "curve",
                "environment",
            ]
        )
        let environment = try #require(object["environment"] as? [String: Any])
        #expect(
            Set(environment.keys) == [
                "machine", "cpus", "kernel", "blas", "blasCore", "blasVariables", "model",
                "version", "build", "began", "vectors", "blasIsNarrow",
            ]
        )
        let figures = try #require(object["figures"] as? [String: Double])
        #expect(figures == ["batch": 32, "ns_per_call": 2])
    }

    @Test("what was written is read again")
    func roundTrip() throws {
        let text = try [result, result].map { try ResultFile.line($0) }.joined(separator: "\n")
        #expect(try ResultFile.results(in: text + "\n", path: "x") == [result, result])
    }

    @Test("a line that is no result is named", arguments: ["{}", "nonsense", "{\"section\":1}"])
    func badLine(line: String) throws {
        let good = try ResultFile.line(result)
        #expect {
            try ResultFile.results(in: "\(good)\n\(line)\n", path: "run.json")
        } throws: { error in
            "\(error)".hasPrefix("run.json:2 is no result of `mlsched bench --json`")
        }
    }

    @Test("a file without results and one that is not there are errors")
    func absent() {
        #expect(throws: BenchError.self) { try ResultFile.results(in: "\n", path: "x") }
        #expect(throws: BenchError.self) { try ResultFile.read("/nonexistent/run.json") }
    }

    @Test("a figure that JSON cannot express is an error")
    func notFinite() {
        let bad = Results.result(rounds: [1], figures: ["batch": .infinity])
        #expect(throws: BenchError.self) { try ResultFile.line(bad) }
    }
}
