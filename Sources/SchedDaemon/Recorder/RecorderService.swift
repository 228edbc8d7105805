internal import BPFRuntime
internal import LinuxSystem
internal import SchedRecording
public import ServiceLifecycle

/// Records what the machine's tasks do.
public struct RecorderService: Service {
    private let configuration: RecorderConfiguration
    private let report: @Sendable (RecordingReport) throws -> Void

    /// A service that has not started.
    ///
    /// - Parameters:
    ///   - configuration: what the user chose.
    ///   - report: takes what the recording came to.
    public init(
        _ configuration: RecorderConfiguration,
        report: @escaping @Sendable (RecordingReport) throws -> Void
    ) {
        self.configuration = configuration
        self.report = report
    }

    /// Records until the task is cancelled or shut down, the duration is over or the command ends.
    ///
    /// - Throws: `UnmetRequirement`, `TopologyError`, `BPFError`, `SystemError` or
    ///   `AtomicFile.Failure`; there is no file then.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await record()
        }
    }

    private func record() async throws {
        try KernelRequirements.checkTracing()
        let topology = try CPUTopology()
        let isMeasured = configuration.measuresOverhead
        let statistics = isMeasured ? try RunTimeStatistics() : nil
        let loaded = try LoadedRecorder(cpuIDCount: topology.cpuIDCount, isMeasured: isMeasured)
        var stream = try loaded.stream()
        var writer = try RecordingWriter(
            path: configuration.path,
            machine: MachineShape(topology),
            start: MonotonicClock().now(),
            keepsNames: configuration.keepsNames
        )
        let recorder = try loaded.attach(isMeasured: isMeasured)
        try recorder.describeTasks()
        let end = try await follow(&stream, into: &writer)
        try recorder.describeTasks()
        let cost = isMeasured ? try recorder.cost() : nil
        let endTime = MonotonicClock().now()
        try await stop(recorder, &stream, &writer, at: endTime)
        _ = consume statistics
        try report(RecordingReport(counts: writer.counts, end: end, cost: cost))
    }

    /// Writes what comes until it is time to stop.
    private func follow(
        _ stream: inout RecordStream,
        into writer: inout RecordingWriter
    ) async throws -> RecordingReport.End {
        var command = try startCommand()
        let deadline = configuration.duration.map { ContinuousClock.now + $0 }
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.drainInterval)
            try stream.drain(into: &writer)
            if writer.isFull { return .full }
            if let status = command?.status() { return .command(status: status) }
            if let deadline, ContinuousClock.now >= deadline { break }
        }
        return .stopped
    }

    /// The program that runs while it is recorded, and is asked to end when the recording does.
    private func startCommand() throws -> ChildProcess? {
        guard let program = configuration.command.first else { return nil }
        do {
            return try ChildProcess(configuration.command)
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

    /// Takes the programs away, then the last events.
    private func stop(
        _ recorder: consuming AttachedRecorder,
        _ stream: inout RecordStream,
        _ writer: inout RecordingWriter,
        at end: UInt64
    ) async throws {
        stream.end = end
        _ = consume recorder
        // What the programs were doing on other CPUs takes less than a microsecond.
        try? await ContinuousClock().sleep(for: .milliseconds(10))
        try stream.drain(into: &writer)
        let dropped = try stream.drainBatches(into: &writer)
        try writer.finish(end: end, dropped: dropped)
    }

    /// The ring holds a second's events and more.
    private static let drainInterval = Duration.milliseconds(20)
}
