import Logging
import SchedDaemon
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs a service to its end, or until SIGINT or SIGTERM ask for it.
///
/// - Throws: what the service throws.
func runToEnd(_ service: some Service) async throws {
    let group = ServiceGroup(
        configuration: .init(
            services: [
                .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
    )
    try await group.run()
}

/// How the scheduler ended, carried from the service to the command that ran it.
final class OutcomeBox: Sendable {
    private let state = Mutex<ExitReport?>(nil)

    var report: ExitReport? { state.withLock { $0 } }

    @Sendable func set(_ report: ExitReport) {
        state.withLock { $0 = report }
    }
}
