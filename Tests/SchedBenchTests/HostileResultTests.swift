import Foundation
import Testing

@testable import SchedBench

@Suite("Result files of others")
struct HostileResultTests {
    private static let line: String =
        (try? ResultFile.line(Results.result(rounds: [1, 2, 3]))) ?? ""

    private static func results(_ text: String) throws -> [BenchResult] {
        try ResultFile.results(in: text, path: "run.json")
    }

    /// A line whose member has another value, or is missing.
    private static func altered(_ member: String, _ value: Any?) throws -> String {
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        )
        object[member] = value
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    @Test(
        "a member that is missing, or of another type, is refused with its line",
        arguments: [
            "section", "name", "subject", "primary", "figures", "rounds", "curve", "environment",
        ]
    )
    func members(member: String) throws {
        for value in [nil, NSNull(), [1, "x"] as [Any], true] as [Any?] {
            let text = try Self.altered(member, value)
            let error = #expect(throws: BenchError.self) {
                try Self.results("\(Self.line)\n\(text)")
            }
            #expect(try #require(error).description.hasPrefix("run.json:2 "))
        }
    }

    @Test("what a later version adds is passed over")
    func unknown() throws {
        let results = try Self.results(try Self.altered("novelty", ["x": [1, 2]]))
        #expect(results == (try Self.results(Self.line)))
    }

    @Test("a line cut anywhere is no result")
    func truncated() {
        for length in stride(from: 1, to: Self.line.count, by: 7) {
            #expect(throws: BenchError.self) { try Self.results(String(Self.line.prefix(length))) }
        }
    }

    @Test("empty lines count as lines, and a last line needs no end")
    func lines() throws {
        #expect(try Self.results("\n\n\(Self.line)\n\n\(Self.line)").count == 2)
        let error = #expect(throws: BenchError.self) { try Self.results("\n\n\(Self.line)\n\nx") }
        #expect(try #require(error).description.hasPrefix("run.json:5 "))
    }

    @Test(
        "numbers that are none, and nesting without an end, are refused",
        arguments: [
            line.replacingOccurrences(of: "[1,2,3]", with: "[1,2,1e999]"),
            line.replacingOccurrences(of: "[1,2,3]", with: "[1,2,NaN]"),
            line.replacingOccurrences(of: "[1,2,3]", with: "[1,2,\"3\"]"),
            line.replacingOccurrences(
                of: "[1,2,3]",
                with: String(repeating: "[", count: 100_000)
            ),
            String(repeating: "{\"section\":", count: 10_000),
        ]
    )
    func values(text: String) {
        #expect(text != Self.line)
        #expect(throws: BenchError.self) { try Self.results(text) }
    }

    @Test("whatever a name is made of comes back as it was")
    func names() throws {
        for name in ["a\nb", "\"quoted\"", "µs/€", "\u{0}", "\u{2028}", "\\", "</script>", ""] {
            let result = Results.result(name, rounds: [1])
            let line = try ResultFile.line(result)
            #expect(!line.contains("\n"))
            #expect(try Self.results(line) == [result])
        }
    }

    @Test("a folder, bytes that are no text, and a file without anything are errors")
    func files() throws {
        let path = FileManager.default.temporaryDirectory.path + "/mlsched-\(UUID()).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for bytes in [[], [0xff, 0xfe, 0xfd], Array("\n\n".utf8)] as [[UInt8]] {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: BenchError.self) { try ResultFile.read(path) }
            #expect(try #require(error).description.hasPrefix(path))
        }
        #expect(throws: BenchError.self) { try ResultFile.read("/tmp") }
        try Data("\(Self.line)\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try ResultFile.read(path).count == 1)
    }
}

@Suite("Samples and what follows from them")
struct SampleTests {
    @Test(
        "a quantile lies between its neighbours, as far as its rank says",
        arguments: [1, 2, 3, 4, 10, 101]
    )
    func quantiles(count: Int) throws {
        // In no order; equally far apart, so that the quantile is known.
        let values = (0..<count).map { Double(($0 * 7919) % count) * 3 - 10 }
        let sample = try #require(Sample(values))
        for share in [0, 0.01, 0.25, 1.0 / 3, 0.5, 0.9, 1] {
            let expected = share * Double(count - 1) * 3 - 10
            #expect(abs(sample.quantile(share) - expected) < 1e-9)
        }
        #expect(sample.ends.low == -10 && sample.ends.high == Double(count - 1) * 3 - 10)
    }

    @Test("the spread is a share of the median's size, whatever its sign, and none of zero")
    func spread() throws {
        #expect(try #require(Sample([-1, -2, -3, -7, -10])).spread == 2.5 / 3)
        #expect(try #require(Sample([-5, 0, 5])).spread == 0)
        #expect(try #require(Sample([1e308, 1e308])).spread == 0)
    }

    @Test(
        "medians are taken group by group, the last of what is left",
        arguments: [
            ([1, 9, 5, 2, 8, 4], 3, [5, 4]), ([1, 9, 5, 7], 3, [5, 7]), ([4], 3, [4]), ([], 3, []),
            ([3, 1, 2], 1, [3, 1, 2]), ([1, .nan, 3, 4], 2, [3.5]),
        ] as [([Double], Int, [Double])]
    )
    func medians(values: [Double], count: Int, expected: [Double]) {
        #expect(Sample.medians(of: values, every: count) == expected)
    }

    @Test("results of different things, or with different figures, are not compared")
    func different() {
        let result = Results.result(rounds: [1])
        #expect(Comparison(result, Results.result("batch 1", rounds: [1])) == nil)
        #expect(Comparison(result, Results.result(section: "start", rounds: [1])) == nil)
        #expect(Comparison(result, Results.result(subject: "plain C", rounds: [1])) == nil)
        let other = BenchResult(
            section: result.section,
            name: result.name,
            subject: result.subject,
            primary: "p50_ns",
            rounds: [1],
            environment: Results.environment
        )
        #expect(Comparison(result, other) == nil)
    }

    @Test("rounds that only touch are no difference, a hair beyond them is one")
    func touching() {
        let first = Results.result(rounds: [1, 2])
        #expect(Comparison(first, Results.result(rounds: [2, 3]))?.verdict == .same)
        let beyond = Results.result(rounds: [Double(2).nextUp, 3])
        #expect(Comparison(first, beyond)?.verdict == .higher)
        #expect(Comparison(beyond, first)?.verdict == .lower)
    }

    @Test("a figure below zero, or one that is none, has no ratio")
    func unusable() {
        let some = Results.result(rounds: [1])
        for rounds in [[-1], [0], [.nan], [.infinity], [-1, 5]] as [[Double]] {
            #expect(Comparison(some, Results.result(rounds: rounds)) == nil)
            #expect(Comparison(Results.result(rounds: rounds), some) == nil)
        }
    }

    @Test("a result's primary figure is the median of its rounds, whatever it was told")
    func primary() {
        let result = Results.result(rounds: [3, 1, 2], figures: ["ns_per_call": 99])
        #expect(result.figures["ns_per_call"] == 2 && result.key == "inference, batch 32, mlsched")
        #expect(Results.result(rounds: [], figures: ["ns_per_call": 99]).sample == nil)
    }
}
