import Logging
import ServiceLifecycle
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
