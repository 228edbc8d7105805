/// The recorder as a ``RunHost``: what one recording holds.
struct RecorderHost: ~Copyable, RunHost {
    private let service: RecorderService
    private var recording: RunningRecording?
    private var end: RecordingReport.End?

    /// A host that has done nothing yet of what a service is for.
    init(_ service: RecorderService) {
        self.service = service
    }

    mutating func attach(isAgain: Bool) async throws {
        recording = try RunningRecording(service.configuration)
    }

    mutating func look() async throws -> RunFindings {
        end = try recording?.drain() ?? nil
        return RunFindings(isCancelled: end != nil)
    }

    mutating func reload() async {}

    mutating func report() async throws {}

    mutating func detach(isFinal: Bool) async throws {
        guard let report = try await recording.take()?.finish(end ?? .stopped) else { return }
        try service.report(report)
    }
}
