internal import LinuxSystem
internal import Synchronization

/// A thread that stays on one CPU while something is measured.
enum PinnedThread {
    /// Keeps the calling thread on a CPU, with exact timers.
    ///
    /// - Throws: `BenchError` where the system does not let it.
    static func pin(to cpu: Int) throws(BenchError) {
        do {
            try ThisThread.pin(to: cpu)
            try ThisThread.useExactTimers()
        } catch {
            throw BenchError("\(error); give a CPU that `taskset -p $$` allows")
        }
    }

    /// Runs work on a thread of its own, kept on a CPU, and waits for its end.
    ///
    /// The work must not resume anything asynchronous: threads that this starts would inherit
    /// the CPU.
    ///
    /// - Throws: what the work throws, or `BenchError` where the CPU cannot be had.
    static func run<Outcome: Sendable>(
        on cpu: Int,
        named name: String,
        _ body: @escaping @Sendable () throws -> Outcome
    ) throws -> Outcome {
        let box = OutcomeBox<Outcome>()
        let thread = try PosixThread(named: name) {
            box.set(
                Result {
                    try pin(to: cpu)
                    return try body()
                }
            )
        }
        thread.join()
        return try box.take()
    }
}

/// What a thread leaves behind.
private final class OutcomeBox<Outcome: Sendable>: Sendable {
    private let state = Mutex<Result<Outcome, any Error>?>(nil)

    func set(_ outcome: Result<Outcome, any Error>) {
        state.withLock { $0 = outcome }
    }

    func take() throws -> Outcome {
        guard let outcome = state.withLock({ $0 }) else {
            throw BenchError("a thread of the benchmark ended early; please report this")
        }
        return try outcome.get()
    }
}
