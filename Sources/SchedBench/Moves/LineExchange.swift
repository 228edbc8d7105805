internal import LinuxSystem
internal import Synchronization

/// Two threads on two CPUs that pass a cache line back and forth.
enum LineExchange {
    /// How long one way takes, ns; nil when the CPUs did not both run for a while.
    ///
    /// - Throws: `BenchError` where a CPU cannot be had.
    static func measure(_ pair: MovePair, exchanges: Int) throws -> Double? {
        let line = SharedLine()
        let partner = try PosixThread(named: "calibrate") {
            guard (try? PinnedThread.pin(to: pair.to)) != nil else { return line.stop() }
            line.answer(exchanges)
        }
        defer { partner.join() }
        return try PinnedThread.run(on: pair.from, named: "calibrate") {
            let elapsed = line.ask(exchanges)
            return elapsed.map { Double($0) / Double(2 * exchanges) }
        }
    }
}

/// A counter whose parity says which of the two threads is next.
private final class SharedLine: Sendable {
    private let turn = Atomic<UInt64>(0)
    private let isStopped = Atomic(false)

    /// Passes the line over that often and back; the time taken, ns, or nil after a time-out.
    func ask(_ exchanges: Int) -> UInt64? {
        let clock = MonotonicClock()
        // The first ones wait for the other thread to arrive.
        guard wait(for: 0), pass(upTo: 64) else { return nil }
        let start = clock.now()
        guard pass(upTo: 64 + exchanges) else { return nil }
        return clock.now() &- start
    }

    /// The other side.
    func answer(_ exchanges: Int) {
        for round in 0..<UInt64(64 + exchanges) {
            guard wait(for: 2 * round + 1) else { return }
            turn.store(2 * round + 2, ordering: .releasing)
        }
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func pass(upTo rounds: Int) -> Bool {
        var round = turn.load(ordering: .acquiring) / 2
        while round < rounds {
            turn.store(2 * round + 1, ordering: .releasing)
            round += 1
            guard wait(for: 2 * round) else { return false }
        }
        return true
    }

    /// Gives up when the other CPU has not run its thread for a fifth of a second.
    private func wait(for value: UInt64) -> Bool {
        let clock = MonotonicClock()
        var deadline: UInt64?
        while turn.load(ordering: .acquiring) != value {
            for _ in 0..<4096 where turn.load(ordering: .acquiring) != value {}
            guard turn.load(ordering: .acquiring) != value else { return true }
            let now = clock.now()
            let limit = deadline ?? now + 200_000_000
            deadline = limit
            guard now < limit, !isStopped.load(ordering: .relaxed) else {
                stop()
                return false
            }
        }
        return true
    }
}
