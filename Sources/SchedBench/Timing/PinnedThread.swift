internal import CSchedBench
internal import Glibc
internal import SchedDaemon
internal import Synchronization

/// CPUs that this process may use, and threads that stay on one of them.
enum PinnedThread {
    /// The CPUs, ascending.
    static var allowedCPUs: [Int] {
        var cpus = [Int32](repeating: 0, count: 1024)
        let count = bench_allowed_cpus(&cpus, Int32(cpus.count))
        return cpus.prefix(Int(count)).map(Int.init)
    }

    /// Keeps the calling thread on a CPU.
    ///
    /// - Throws: `BenchError` where the system does not let it.
    static func pin(to cpu: Int) throws(BenchError) {
        let error = bench_pin_thread(Int32(cpu))
        guard error == 0 else {
            throw BenchError(
                "a thread cannot be kept on CPU \(cpu): \(message(error)); give a CPU that "
                    + "`taskset -p $$` allows"
            )
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

    private static func message(_ error: Int32) -> String {
        strerror(error).map { String(cString: $0) } ?? "error \(error)"
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
