internal import BPFRuntime
internal import CMLSchedABI
internal import SchedDaemon

/// The probe's decision table, mapped: one byte for each pattern, of one generation.
struct ProbeTable: DecisionSink, ~Copyable {
    private let table: MappedArray<UInt8>

    init(_ object: borrowing LoadedObject) throws(BPFError) {
        table = try MappedArray(object.map("decisions"))
    }

    mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        for (decision, pattern) in zip(decisions, patterns) { table[Int(pattern)] = decision }
    }

    borrowing func isOpen(_ pattern: UInt32) -> Bool {
        table[Int(pattern)] < UInt8(MLS_STAY.rawValue)
    }

    var holdsEveryPattern: Bool { true }

    /// The probe has no second table: what the next generation says is published as it comes.
    mutating func stage(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {
        publish(decisions, for: patterns)
    }

    /// The probe asks for patterns alone.
    mutating func stage(_ network: UnsafePointer<mls_network>?) {}

    mutating func commit() {}
}
