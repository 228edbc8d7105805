import SchedDaemon
import Synchronization

/// How the scheduler ended, carried from the service to the command that ran it.
final class OutcomeBox: Sendable {
    private let state = Mutex<ExitReport?>(nil)

    var report: ExitReport? { state.withLock { $0 } }

    @Sendable func set(_ report: ExitReport) {
        state.withLock { $0 = report }
    }
}
