internal import BPFRuntime
internal import Glibc
internal import LinuxSystem

/// When requests are sent, independently of when they are answered.
///
/// The schedule is fixed before the first one, so a slow answer delays nothing after it: nothing is
/// omitted from the latencies. A request that is late, because the sender's CPU did something else,
/// is sent at once; how late it was is part of the result.
struct SendingSchedule: Sendable {
    /// Requests a second; nil: as many as possible.
    let rate: Int?
    /// For how long.
    let nanoseconds: UInt64
    /// Wait by looking at the clock, which is exact and takes a whole CPU.
    let isSpinning: Bool

    /// Sends from this thread and CPU.
    ///
    /// - Parameters:
    ///   - most: how many `send` takes at once.
    ///   - lateness: how late they are, by the schedule.
    ///   - send: sends the given number of requests, now.
    /// - Throws: what `send` throws.
    func run(
        most: Int,
        lateness: inout LatencyHistogram,
        _ send: (Int) throws(BPFError) -> Void
    ) throws(BPFError) {
        let clock = MonotonicClock()
        let start = clock.now()
        guard let rate else {
            while clock.now() &- start < nanoseconds { try send(most) }
            return
        }
        let total = max(1, Int(Double(rate) * Double(nanoseconds) / 1e9))
        let interval = 1e9 / Double(rate)
        var next = 0
        while next < total {
            let elapsed = Double(clock.now() &- start)
            let due = min(total, Int(elapsed / interval) + 1) - next
            if due > 0 {
                lateness.record(UInt64(max(0, elapsed - Double(next) * interval)))
                let count = min(due, most)
                try send(count)
                next += count
            } else if !isSpinning {
                sleep(until: start &+ UInt64(Double(next) * interval))
            }
        }
    }

    private func sleep(until time: UInt64) {
        var wake = timespec(
            tv_sec: Int(time / 1_000_000_000),
            tv_nsec: Int(time % 1_000_000_000)
        )
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nil) == EINTR {}
    }
}
