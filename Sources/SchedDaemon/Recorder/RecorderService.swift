public import ServiceLifecycle

/// Records what the machine's tasks do.
public struct RecorderService: Service {
    let configuration: RecorderConfiguration
    let report: @Sendable (RecordingReport) throws -> Void

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
            var host = RecorderHost(self)
            // The ring holds a second's events and more.
            let schedule = RunSchedule<ContinuousClock.Instant>(
                interval: nil,
                duration: configuration.duration,
                lookInterval: .milliseconds(20)
            )
            try await host.run(by: schedule, on: .continuous)
        }
    }
}
