internal import BPFPrograms
internal import BPFRuntime
internal import CMLSchedABI
internal import MLPInference
internal import MLSched
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

extension ProbeTable {
    /// Loads the probe with room for the decisions on all patterns, and the programs that are named.
    static func load(
        _ space: PatternSpace,
        programs: Set<String> = []
    ) throws(BPFError) -> LoadedObject {
        var open = try OpenObject(.probe)
        try open.setMaxEntries(of: "decisions", to: UInt32((space.count + 7) / 8))
        // The kernel takes long to verify loops.
        for program in ["probe_emit", "probe_lookup", "probe_syscall"] {
            try open.setLoaded(programs.contains(program), program: program)
        }
        return try open.load()
    }

    /// Starts the daemon's own loop between the probe's ring and its table.
    ///
    /// - Throws: `BPFError`, `SchemaError` for a model that cannot be fed, `SystemError` without a
    ///   thread.
    static func answer(
        _ object: borrowing LoadedObject,
        _ space: PatternSpace,
        _ model: Model,
        isBusyPolling: Bool = false,
        onStart: @escaping @Sendable () -> Void = {}
    ) throws -> DecisionLoop {
        let ring = try object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        return try DecisionLoop(
            source: ring,
            waiter: waiter,
            sink: try ProbeTable(object),
            space: space,
            model: model,
            isBusyPolling: isBusyPolling,
            onStart: onStart
        )
    }
}
