import Glibc
import Synchronization

/// How far a long run has come, on standard error where that is a terminal; Ctrl-C ends it after
/// the present step.
struct SimulationProgress {
    private static let interrupted = Atomic(false)

    private let total: Int
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now
    /// Steps that are done.
    private(set) var done = 0

    init(total: Int) {
        self.total = total
        signal(SIGINT) { _ in
            // A second one ends the program at once.
            SimulationProgress.interrupted.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }

    /// Whether the person at the terminal has had enough.
    var isInterrupted: Bool { Self.interrupted.load(ordering: .relaxed) }

    /// Counts a step, and says each second how many there are and how long the rest may take.
    mutating func step(noun: String) {
        done += 1
        let now = ContinuousClock.now
        guard now - shown > .seconds(1), isatty(STDERR_FILENO) == 1 else { return }
        shown = now
        let left = (now - start) / done * (total - done)
        StandardError.print("\(done) of \(total) \(noun), \(left.components.seconds) s left")
    }
}
