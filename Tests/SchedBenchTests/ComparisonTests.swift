import Testing

@testable import SchedBench

@Suite("Comparison of runs")
struct ComparisonTests {
    @Test("the ratio is of medians, its range of the lowest and the highest rounds")
    func ratio() throws {
        let first = Results.result(rounds: [90, 95, 100, 105, 110])
        let second = Results.result(rounds: [180, 190, 200, 210, 220])
        let comparison = try #require(Comparison(first, second))
        #expect(comparison.ratio == 2)
        #expect(comparison.range == 180.0 / 110...220.0 / 90)
        #expect(comparison.verdict == .higher)
        #expect(Comparison(second, first)?.verdict == .lower)
    }

    @Test("runs whose rounds overlap are the same")
    func overlap() {
        let first = Results.result(rounds: [90, 95, 100, 105, 110])
        let second = Results.result(rounds: [109, 114, 119, 124, 129])
        #expect(Comparison(first, second)?.verdict == .same)
        #expect(Comparison(first, first)?.ratio == 1)
    }

    @Test("only what both runs have is compared, in the order of the first")
    func common() {
        let first = [
            Results.result("batch 2", rounds: [1]), Results.result("batch 1", rounds: [1]),
            Results.result("batch 4", rounds: [1]),
        ]
        let second = [
            Results.result("batch 1", rounds: [1]), Results.result("batch 2", rounds: [1]),
            Results.result("batch 4", subject: "plain C", rounds: [1]),
        ]
        #expect(
            Comparison.all(first, second).map(\.key)
                == ["inference, batch 2, mlsched", "inference, batch 1, mlsched"]
        )
    }

    @Test("a figure of zero or without rounds has no ratio")
    func zero() {
        let some = Results.result(rounds: [1, 2])
        #expect(Comparison(some, Results.result(rounds: [])) == nil)
        #expect(Comparison(Results.result(rounds: [0, 0]), some) == nil)
    }
}
