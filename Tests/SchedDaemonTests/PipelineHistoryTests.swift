import CMLSchedABI
import MLSched
import ModelTestSupport
import Synchronization
import Testing

@testable import SchedDaemon

/// Pipelines of many random histories, against what must hold in each of them.
@Suite struct PipelineHistoryTests {
    /// Gives requests as a test adds them.
    private final class Feed: Sendable {
        private let waiting = Mutex<[UInt32]>([])

        func add(_ patterns: [UInt32]) { waiting.withLock { $0 += patterns } }

        func take(_ limit: Int) -> [UInt32] {
            waiting.withLock { waiting in
                let taken = Array(waiting.prefix(limit))
                waiting.removeFirst(taken.count)
                return taken
            }
        }

        var isEmpty: Bool { waiting.withLock(\.isEmpty) }
    }

    private struct FeedSource: RequestSource, ~Copyable {
        let feed: Feed

        mutating func take(into batch: UnsafeMutableBufferPointer<mls_request>) -> Int {
            let taken = feed.take(batch.count)
            for (index, pattern) in taken.enumerated() {
                var request = mls_request()
                request.pattern = pattern
                batch[index] = request
            }
            return taken.count
        }

        mutating func prepareToWait() -> Bool { feed.isEmpty }
    }

    /// A maker that is known by what it says.
    private struct NumberedMaker: DecisionMaker, ~Copyable {
        let number: UInt8

        mutating func decide(
            _ patterns: UnsafeBufferPointer<UInt32>,
            into decisions: UnsafeMutableBufferPointer<UInt8>
        ) {
            for index in patterns.indices { decisions[index] = number }
        }
    }

    /// Two tables, as the kernel has them, and who decided each pattern.
    private final class Tables: Sendable {
        private let state: Mutex<(now: [UInt8], next: [UInt8], generation: Int)>

        init(_ count: Int) {
            let empty = [UInt8](repeating: 0, count: count)
            state = Mutex((empty, empty, 0))
        }

        var now: [UInt8] { state.withLock { $0.now } }
        var generation: Int { state.withLock { $0.generation } }

        func publish(_ pattern: UInt32, _ decision: UInt8) {
            state.withLock { $0.now[Int(pattern)] = decision }
        }

        func stage(_ pattern: UInt32, _ decision: UInt8) {
            state.withLock { $0.next[Int(pattern)] = decision }
        }

        func commit() {
            state.withLock { state in
                swap(&state.now, &state.next)
                state.generation += 1
            }
        }
    }

    private struct TableSink: DecisionSink, ~Copyable {
        let tables: Tables

        mutating func publish(
            _ decisions: UnsafeBufferPointer<UInt8>,
            for patterns: UnsafeBufferPointer<UInt32>
        ) {
            for (decision, pattern) in zip(decisions, patterns) {
                tables.publish(pattern, decision)
            }
        }

        borrowing func isOpen(_ pattern: UInt32) -> Bool { tables.now[Int(pattern)] < 2 }

        var holdsEveryPattern: Bool { true }

        mutating func stage(
            _ decisions: UnsafeBufferPointer<UInt8>,
            for patterns: UnsafeBufferPointer<UInt32>
        ) {
            for (decision, pattern) in zip(decisions, patterns) { tables.stage(pattern, decision) }
        }

        mutating func stage(_ network: UnsafePointer<mls_network>?) {}

        mutating func commit() { tables.commit() }
    }

    /// What a history does next.
    private enum Event: CaseIterable {
        case ask, step, fill, anticipate, replace
    }

    @Test(
        "no decision in force is of another maker than the one in force",
        arguments: [UInt64](1...40)
    )
    func history(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let space = try PatternSpace(cpuIDs: 2, online: 2)
        let (feed, tables) = (Feed(), Tables(space.count))
        var pipeline = Pipeline(
            source: FeedSource(feed: feed),
            maker: NumberedMaker(number: 2),
            sink: TableSink(tables: tables),
            clock: ManualClock(),
            space: space
        )
        // The makers whose generations came into force, and those that are begun.
        var (current, begun, commits): (UInt8, UInt8?, Int) = (2, nil, 0)
        for _ in 0..<300 {
            switch Event.allCases.randomElement(using: &random) ?? .step {
            case .ask:
                let count = Int.random(in: 0...50, using: &random)
                feed.add(
                    (0..<count).map { _ in .random(in: 0..<UInt32(space.count), using: &random) }
                )
            case .step:
                _ = pipeline.step()
            case .anticipate:
                _ = pipeline.anticipate()
            case .replace:
                let number = UInt8.random(in: 2...200, using: &random)
                begun = number
                let limit = UInt64.random(in: 0...3000, using: &random)
                pipeline.beginGeneration(by: NumberedMaker(number: number), filling: limit)
            case .fill:
                guard !pipeline.fillNext(), let number = begun else { continue }
                (current, begun) = (number, nil)
                commits += 1
            }
            #expect(tables.generation == commits)
            #expect(tables.now.allSatisfy { $0 == 0 || $0 == current })
        }
    }

    @Test("every request is answered, in whatever pieces they come", arguments: [UInt64](1...10))
    func answered(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let space = try PatternSpace(cpuIDs: 4, online: 4)
        let (feed, tables) = (Feed(), Tables(space.count))
        var pipeline = Pipeline(
            source: FeedSource(feed: feed),
            maker: NumberedMaker(number: 3),
            sink: TableSink(tables: tables),
            clock: ManualClock(),
            space: space
        )
        var asked: Set<UInt32> = []
        for _ in 0..<50 {
            let patterns = (0..<Int.random(in: 0...90, using: &random)).map { _ in
                UInt32.random(in: 0..<UInt32(space.count), using: &random)
            }
            asked.formUnion(patterns)
            feed.add(patterns)
            _ = pipeline.step()
        }
        while pipeline.step() > 0 {}
        let now = tables.now
        #expect(asked.allSatisfy { now[Int($0)] == 3 })
        let mayWait = pipeline.prepareToWait()
        #expect(mayWait)
    }
}
