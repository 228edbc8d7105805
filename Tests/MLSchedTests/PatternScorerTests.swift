import CMLSchedABI
import CMallocCounter
import DefaultWeights
import MLPInference
import MLSched
import Testing

@Suite("Pattern scorer")
struct PatternScorerTests {
    @Test(
        "a pattern scorer scores and decides as the scheduler does",
        arguments: [1, 31, 32, 33, 128, 129, 1000]
    )
    func sameAsScheduler(count: Int) throws {
        let model = try DefaultModel.load()
        let space = try PatternSpace(cpuIDs: 8, online: 8)
        var scorer = try PatternScorer(model: model, space: space)
        var scheduler = try MLScheduler(model: model)
        let patterns = (0..<count).map { UInt32($0 * 7919 % space.count) }
        var scores = [Float](repeating: 0, count: count)
        var decisions = [UInt8](repeating: 0, count: count)
        patterns.withUnsafeBufferPointer { patterns in
            scores.withUnsafeMutableBufferPointer { scorer.score(patterns, into: $0) }
            decisions.withUnsafeMutableBufferPointer { scorer.decide(patterns, into: $0) }
        }
        let expected = scheduler.scores(patterns.map { space.features(at: $0) })
        for index in 0..<count {
            #expect(abs(scores[index] - expected[index]) <= 1e-6)
            let byte = scores[index] > model.threshold ? MLS_MIGRATE : MLS_STAY
            #expect(UInt32(decisions[index]) == byte.rawValue)
        }
    }

    @Test("a pattern scorer survives an index outside the space")
    func strangeIndices() throws {
        let space = try PatternSpace(cpuIDs: 1024, online: 1)
        var scorer = try PatternScorer(model: DefaultModel.load(), space: space)
        let patterns = [UInt32(space.count), UInt32.max, 0]
        var decisions = [UInt8](repeating: 0, count: 3)
        patterns.withUnsafeBufferPointer { patterns in
            decisions.withUnsafeMutableBufferPointer { scorer.decide(patterns, into: $0) }
        }
        let possible = [Decision.stay.rawValue, Decision.migrate.rawValue]
        #expect(decisions.allSatisfy { possible.contains($0) })
    }

    @Test("a pattern scorer takes nothing for an empty batch")
    func emptyBatch() throws {
        var scorer = try PatternScorer(
            model: DefaultModel.load(),
            space: PatternSpace(cpuIDs: 1, online: 1)
        )
        scorer.decide(
            UnsafeBufferPointer(start: nil, count: 0),
            into: UnsafeMutableBufferPointer(start: nil, count: 0)
        )
    }

    @Test("a pattern scorer decides without allocating")
    func allocations() throws {
        let space = try PatternSpace(cpuIDs: 8, online: 8)
        var scorer = try PatternScorer(model: DefaultModel.load(), space: space)
        let patterns = (0..<32).map { UInt32($0 * 200) }
        var decisions = [UInt8](repeating: 0, count: 32)
        let count = patterns.withUnsafeBufferPointer { patterns in
            decisions.withUnsafeMutableBufferPointer { decisions in
                let before = malloc_counter_count()
                for _ in 0..<100 { scorer.decide(patterns, into: decisions) }
                return malloc_counter_count() - before
            }
        }
        #expect(count == 0)
    }

    #if compiler(>=6.2)
    @Test("a pattern scorer decides the same through spans")
    func spans() throws {
        let space = try PatternSpace(cpuIDs: 4, online: 4)
        var scorer = try PatternScorer(model: DefaultModel.load(), space: space)
        let patterns = (0..<100).map { UInt32($0 * 24) }
        var scores = [Float](repeating: 0, count: 100)
        var decisions = [UInt8](repeating: 0, count: 100)
        var scoreSpan = scores.mutableSpan
        scorer.score(patterns.span, into: &scoreSpan)
        var decisionSpan = decisions.mutableSpan
        scorer.decide(patterns.span, into: &decisionSpan)
        #expect(
            decisions == scores.map { Decision(migrate: $0 > scorer.threshold).rawValue }
        )
        #expect(Set(decisions).count == 2)
    }
    #endif
}
