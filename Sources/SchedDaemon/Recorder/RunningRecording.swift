internal import BPFRuntime
internal import LinuxSystem
internal import SchedRecording

/// The recorder at work, the file that it fills, and the command that it follows.
struct RunningRecording: ~Copyable {
    private let recorder: AttachedRecorder
    private let statistics: RunTimeStatistics?
    private var stream: RecordStream
    private var writer: RecordingWriter
    private var command: ChildProcess?

    /// Begins to record, then starts the command.
    ///
    /// - Throws: `UnmetRequirement`, `TopologyError`, `BPFError`, `SystemError` or
    ///   `AtomicFile.Failure`; there is no file then.
    init(_ configuration: RecorderConfiguration) throws {
        try KernelRequirements.checkTracing()
        let topology = try CPUTopology()
        let isMeasured = configuration.measuresOverhead
        let statistics = isMeasured ? try RunTimeStatistics() : nil
        let loaded = try LoadedRecorder(cpuIDCount: topology.cpuIDCount, isMeasured: isMeasured)
        let stream = try loaded.stream()
        let writer = try RecordingWriter(
            path: configuration.path,
            machine: MachineShape(topology),
            start: MonotonicClock().now(),
            keepsNames: configuration.keepsNames
        )
        let recorder = try loaded.attach(isMeasured: isMeasured)
        try recorder.describeTasks()
        command = try Self.start(configuration.command)
        self.recorder = recorder
        self.statistics = statistics
        self.stream = stream
        self.writer = writer
    }

    /// Writes what has come.
    ///
    /// - Returns: why the recording is over; nil while it is not.
    /// - Throws: `AtomicFile.Failure`.
    mutating func drain() throws -> RecordingReport.End? {
        try stream.drain(into: &writer)
        if writer.isFull { return .full }
        return command?.status().map { .command(status: $0) }
    }

    /// Takes the programs away, writes the last events and gives the file its name.
    ///
    /// - Throws: `BPFError` or `AtomicFile.Failure`; there is no file then.
    consuming func finish(_ end: RecordingReport.End) async throws -> RecordingReport {
        var stream = stream
        var writer = writer
        try recorder.describeTasks()
        let cost =
            switch statistics {
            case .some: try recorder.cost()
            case .none: nil as RecordingCost?
            }
        let time = MonotonicClock().now()
        stream.end = time
        _ = consume recorder
        // What the programs were doing on other CPUs takes less than a microsecond.
        try? await ContinuousClock().sleep(for: .milliseconds(10))
        try stream.drain(into: &writer)
        let dropped = try stream.drainBatches(into: &writer)
        try writer.finish(end: time, dropped: dropped)
        return RecordingReport(counts: writer.counts, end: end, cost: cost)
    }

    /// Starts the program that runs while it is recorded, and is asked to end when the recording does.
    private static func start(_ words: [String]) throws -> ChildProcess? {
        guard let program = words.first else { return nil }
        do {
            return try ChildProcess(words)
        } catch {
            throw UnmetRequirement(
                Requirement(
                    "command",
                    "'\(program)' cannot be started (\(SystemError.reason(error.errno)))",
                    remedy: "give a program and its arguments after --"
                )
            )
        }
    }
}
