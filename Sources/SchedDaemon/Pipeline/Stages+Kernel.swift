public import BPFRuntime
public import CMLSchedABI
public import LinuxSystem
public import MLSched

extension RingBuffer: RequestSource {
    /// Takes requests from the ring that the BPF scheduler fills.
    public mutating func take(into batch: UnsafeMutableBufferPointer<mls_request>) -> Int {
        consume(into: batch)
    }
}

extension PatternScorer: DecisionMaker {}

extension MonotonicClock: NanosecondClock {}
