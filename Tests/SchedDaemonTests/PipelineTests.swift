import CMLSchedABI
import Histogram
import MLSched
import Testing

@testable import SchedDaemon

@Suite struct PipelineTests {
    private typealias TestPipeline = Pipeline<
        ScriptedSource, ParityMaker, RecordingSink, ManualClock
    >
    private let recording = Recording()
    private let space: PatternSpace

    init() throws {
        space = try PatternSpace(cpuIDs: 8, online: 8)
    }

    private func pipeline(
        _ patterns: [UInt32],
        holdsEveryPattern: Bool = true
    ) -> TestPipeline {
        let script = patterns.map { pattern in
            mls_request(
                stamp_ns: 500_000,
                pattern: pattern,
                generation: 0,
                features: mls_features(),
                pid: 1,
                kind: 0
            )
        }
        return Pipeline(
            source: ScriptedSource(script: script),
            maker: ParityMaker(recording: recording),
            sink: RecordingSink(recording: recording, holdsEveryPattern: holdsEveryPattern),
            clock: ManualClock(),
            space: space
        )
    }

    @Test("nothing to do is nothing done")
    func empty() {
        var pipeline = pipeline([])
        #expect(pipeline.step() == 0)
        let hasMore = pipeline.anticipate()
        #expect(!hasMore)
        #expect(recording.batches.isEmpty)
    }

    @Test("each request gets its own decision", arguments: [1, 2, 31, 32])
    func oneBatch(count: Int) {
        let patterns = (0..<count).map { UInt32($0 * 7) }
        var pipeline = pipeline(patterns)
        #expect(pipeline.step() == count)
        #expect(recording.batches == [patterns])
        for pattern in patterns {
            #expect(recording.published[pattern] == (pattern % 2 == 1 ? 3 : 2))
        }
        #expect(pipeline.measurements.batchSizes[count] == 1)
    }

    @Test("more requests than a batch holds wait for the next batch, in order")
    func manyBatches() {
        let patterns = (0..<100).map { UInt32($0) }
        var pipeline = pipeline(patterns)
        var taken: [Int] = []
        while case let count = pipeline.step(), count > 0 { taken.append(count) }
        #expect(taken == [32, 32, 32, 4])
        #expect(recording.batches.flatMap(\.self) == patterns)
        #expect(pipeline.measurements.requests == 100)
    }

    @Test("a request for a pattern that does not exist here is dropped and counted")
    func foreign() {
        var pipeline = pipeline([1, UInt32(space.count), .max, 3])
        #expect(pipeline.step() == 4)
        #expect(recording.batches == [[1, 3]])
        #expect(pipeline.measurements.foreignRequests == 2)
    }

    @Test("a batch of foreign requests only is not evaluated, and not the end of the ring")
    func allForeign() {
        var pipeline = pipeline([.max])
        #expect(pipeline.step() == 1)
        #expect(recording.batches.isEmpty)
    }

    @Test("latency runs from the kernel's stamp until the decision is visible")
    func latency() {
        var pipeline = pipeline([1])
        _ = pipeline.step()
        // looks at the clock: before and after the network, and after publishing
        #expect(pipeline.measurements.latency.max >= 503_000)
        #expect(pipeline.measurements.inference.max >= 1000)
        #expect(pipeline.measurements.inference.max < 1100)
    }

    @Test("when the ring is empty the patterns around the last request are decided, each once")
    func anticipation() {
        let centre = space.index(of: Pattern(cpu: 3, cpuIdle: 4, srcLevel: 5, dstLevel: 5))
        var pipeline = pipeline([centre])
        _ = pipeline.step()
        while pipeline.anticipate() {}
        let anticipated = pipeline.measurements.anticipated
        // 8 CPUs, 5 counts of idle CPUs, 5 × 5 loads, without the one that was asked for
        #expect(anticipated == 8 * 5 * 5 * 5 - 1)
        #expect(recording.published.count == 1000)
        for pattern in recording.published.keys {
            let fields = space.pattern(at: pattern)
            #expect(abs(fields.cpuIdle - 4) <= 2 && abs(fields.srcLevel - 5) <= 2)
        }
    }

    @Test("at the corner of the space the neighbourhood ends where the space ends")
    func corner() {
        let corner = space.index(of: Pattern(cpu: 7, cpuIdle: 8, srcLevel: 10, dstLevel: 0))
        var pipeline = pipeline([corner])
        _ = pipeline.step()
        while pipeline.anticipate() {}
        #expect(recording.published.count == 8 * 3 * 3 * 3)
    }

    @Test("a generation comes into force when all its patterns are decided, and not before")
    func generation() {
        var pipeline = pipeline([1])
        _ = pipeline.step()
        pipeline.beginGeneration(by: ParityMaker(recording: recording, migrates: 0), filling: .max)
        while pipeline.fillNext() {
            #expect(recording.generations == 0)
            #expect(recording.published == [1: 3])
        }
        #expect(recording.generations == 1)
        #expect(recording.published.count == space.count)
        #expect(recording.published.allSatisfy { $0.value == ($0.key % 2 == 0 ? 3 : 2) })
        #expect(recording.batches.dropFirst().allSatisfy { $0.count <= TestPipeline.fillSlice })
        #expect(pipeline.measurements.fill?.share == 1)
    }

    @Test("while a generation is filled, requests are answered by the old maker")
    func oldMaker() {
        var pipeline = pipeline([1, 3])
        pipeline.beginGeneration(by: ParityMaker(recording: recording, migrates: 0), filling: .max)
        _ = pipeline.fillNext()
        #expect(pipeline.step() == 2)
        #expect(recording.published == [1: 3, 3: 3])
        while pipeline.fillNext() {}
        #expect(recording.published[1] == 2)
    }

    @Test("when the time for it is over, what is left is undecided")
    func limit() {
        var pipeline = pipeline([])
        // The clock advances by 1 µs for each slice.
        pipeline.beginGeneration(by: ParityMaker(recording: recording), filling: 2500)
        while pipeline.fillNext() {}
        let decided = recording.published.filter { $0.value >= 2 }
        #expect(decided.count == 3 * TestPipeline.fillSlice)
        #expect(recording.published.count == space.count)
        #expect(pipeline.measurements.fill?.decided == decided.count)
        #expect(pipeline.measurements.fill?.nanoseconds == 3000)
        let leaves = decided.keys.map { space.pattern(at: $0) }
        #expect(leaves.allSatisfy { $0.srcLevel >= $0.dstLevel })
    }

    @Test("a limit of zero fills nothing, and yet the new maker decides")
    func noFill() {
        var pipeline = pipeline([1])
        pipeline.beginGeneration(by: ParityMaker(recording: recording, migrates: 0), filling: 0)
        while pipeline.fillNext() {}
        #expect(recording.batches.isEmpty)
        _ = pipeline.step()
        #expect(recording.published[1] == 2)
    }

    @Test("a sink without room for every pattern begins each generation empty")
    func noRoom() {
        var pipeline = pipeline([], holdsEveryPattern: false)
        pipeline.beginGeneration(by: ParityMaker(recording: recording), filling: .max)
        let goesOn = pipeline.fillNext()
        #expect(!goesOn)
        #expect(recording.generations == 1)
        #expect(recording.published.isEmpty)
        #expect(pipeline.measurements.fill?.share == 0)
    }

    @Test("a generation that is begun anew is decided by the last maker alone")
    func superseded() {
        var pipeline = pipeline([])
        pipeline.beginGeneration(by: ParityMaker(recording: recording, migrates: 1), filling: .max)
        _ = pipeline.fillNext()
        pipeline.beginGeneration(by: ParityMaker(recording: recording, migrates: 0), filling: .max)
        while pipeline.fillNext() {}
        #expect(recording.generations == 1)
        #expect(recording.published.allSatisfy { $0.value == ($0.key % 2 == 0 ? 3 : 2) })
    }
}
