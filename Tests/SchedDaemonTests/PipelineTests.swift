import CMLSchedABI
import Histogram
import MLSched
import SchedDaemon
import Synchronization
import Testing

/// Gives the requests of a script, at most so many at a time.
struct ScriptedSource: RequestSource, ~Copyable {
    var script: [mls_request]

    mutating func take(into batch: UnsafeMutableBufferPointer<mls_request>) -> Int {
        let count = min(batch.count, script.count)
        for index in 0..<count { batch[index] = script[index] }
        script.removeFirst(count)
        return count
    }

    mutating func prepareToWait() -> Bool { script.isEmpty }
}

/// What a pipeline did, seen from outside.
final class Recording {
    var batches: [[UInt32]] = []
    var published: [UInt32: UInt8] = [:]
    var generations = 0
}

/// Says migrate on odd patterns.
struct ParityMaker: DecisionMaker, ~Copyable {
    let recording: Recording

    mutating func decide(
        _ patterns: UnsafeBufferPointer<UInt32>,
        into decisions: UnsafeMutableBufferPointer<UInt8>
    ) {
        recording.batches.append(Array(patterns))
        for (index, pattern) in patterns.enumerated() {
            decisions[index] = pattern % 2 == 1 ? 3 : 2
        }
    }
}

struct RecordingSink: DecisionSink, ~Copyable {
    let recording: Recording

    mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        for (decision, pattern) in zip(decisions, patterns) {
            recording.published[pattern] = decision
        }
    }

    borrowing func isOpen(_ pattern: UInt32) -> Bool { recording.published[pattern] == nil }

    mutating func beginGeneration<Maker: DecisionMaker & ~Copyable>(deciding maker: inout Maker) {
        recording.generations += 1
        recording.published = [:]
    }
}

/// Advances by a microsecond at each look.
final class ManualClock: NanosecondClock {
    private let time = Atomic<UInt64>(1_000_000)
    func now() -> UInt64 { time.wrappingAdd(1000, ordering: .relaxed).newValue }
}

@Suite struct PipelineTests {
    private typealias TestPipeline = Pipeline<
        ScriptedSource, ParityMaker, RecordingSink, ManualClock
    >
    private let recording = Recording()
    private let space: PatternSpace

    init() throws {
        space = try PatternSpace(cpuIDs: 8, online: 8)
    }

    private func pipeline(_ patterns: [UInt32]) -> TestPipeline {
        let script = patterns.map { pattern in
            mls_request(
                stamp_ns: 500_000,
                pattern: pattern,
                generation: 0,
                src_load_fp: 0,
                dst_load_fp: 0,
                pid: 1,
                kind: 0
            )
        }
        return Pipeline(
            source: ScriptedSource(script: script),
            maker: ParityMaker(recording: recording),
            sink: RecordingSink(recording: recording),
            clock: ManualClock(),
            space: space
        )
    }

    @Test("Nothing to do is nothing done")
    func empty() {
        var pipeline = pipeline([])
        #expect(pipeline.step() == 0)
        let hasMore = pipeline.anticipate()
        #expect(!hasMore)
        #expect(recording.batches.isEmpty)
    }

    @Test("Each request gets its own decision", arguments: [1, 2, 31, 32])
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

    @Test("More requests than a batch holds wait for the next batch, in order")
    func manyBatches() {
        let patterns = (0..<100).map { UInt32($0) }
        var pipeline = pipeline(patterns)
        var taken: [Int] = []
        while case let count = pipeline.step(), count > 0 { taken.append(count) }
        #expect(taken == [32, 32, 32, 4])
        #expect(recording.batches.flatMap(\.self) == patterns)
        #expect(pipeline.measurements.requests == 100)
    }

    @Test("A request for a pattern that does not exist here is dropped and counted")
    func foreign() {
        var pipeline = pipeline([1, UInt32(space.count), .max, 3])
        #expect(pipeline.step() == 4)
        #expect(recording.batches == [[1, 3]])
        #expect(pipeline.measurements.foreignRequests == 2)
    }

    @Test("A batch of foreign requests only is not evaluated, and not the end of the ring")
    func allForeign() {
        var pipeline = pipeline([.max])
        #expect(pipeline.step() == 1)
        #expect(recording.batches.isEmpty)
    }

    @Test("Latency runs from the kernel's stamp until the decision is visible")
    func latency() {
        var pipeline = pipeline([1])
        _ = pipeline.step()
        // looks at the clock: before and after the network, and after publishing
        #expect(pipeline.measurements.latency.max >= 503_000)
        #expect(pipeline.measurements.inference.max >= 1000)
        #expect(pipeline.measurements.inference.max < 1100)
    }

    @Test("When the ring is empty the patterns around the last request are decided, each once")
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

    @Test("At the corner of the space the neighbourhood ends where the space ends")
    func corner() {
        let corner = space.index(of: Pattern(cpu: 7, cpuIdle: 8, srcLevel: 10, dstLevel: 0))
        var pipeline = pipeline([corner])
        _ = pipeline.step()
        while pipeline.anticipate() {}
        #expect(recording.published.count == 8 * 3 * 3 * 3)
    }

    @Test("Another maker means another generation")
    func generation() {
        var pipeline = pipeline([1])
        _ = pipeline.step()
        pipeline.changeMaker(to: ParityMaker(recording: recording))
        #expect(recording.generations == 1)
        #expect(recording.published.isEmpty)
    }
}
