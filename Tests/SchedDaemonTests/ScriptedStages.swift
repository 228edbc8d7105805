import CMLSchedABI
import MLSched
import SchedDaemon
import Synchronization

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
    var staged: [UInt32: UInt8] = [:]
    var generations = 0
    var network: mls_network?
}

/// Says migrate on odd patterns, or on even ones.
struct ParityMaker: DecisionMaker, ~Copyable {
    let recording: Recording
    var migrates: UInt32 = 1

    mutating func decide(
        _ patterns: UnsafeBufferPointer<UInt32>,
        into decisions: UnsafeMutableBufferPointer<UInt8>
    ) {
        recording.batches.append(Array(patterns))
        for (index, pattern) in patterns.enumerated() {
            decisions[index] = pattern % 2 == migrates ? 3 : 2
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

    var holdsEveryPattern = true

    mutating func stage(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        for (decision, pattern) in zip(decisions, patterns) {
            recording.staged[pattern] = decision
        }
    }

    mutating func stage(_ network: UnsafePointer<mls_network>?) {
        recording.network = network?.pointee
    }

    mutating func commit() {
        recording.generations += 1
        recording.published = recording.staged
        recording.staged = [:]
    }
}

/// Advances by a microsecond at each look.
final class ManualClock: NanosecondClock {
    private let time = Atomic<UInt64>(1_000_000)
    func now() -> UInt64 { time.wrappingAdd(1000, ordering: .relaxed).newValue }
}
