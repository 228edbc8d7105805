internal import BPFRuntime
internal import LinuxSystem
internal import Synchronization

/// A thread that sleeps as the daemon's does and notes how long it takes to be woken: the part of
/// a round trip that is the machine's own.
final class SleepingThread: Sendable {
    private let body: Body
    private let waker: Waker
    private let thread: PosixThread

    /// Starts to sleep on a CPU.
    ///
    /// - Throws: `SystemError` without a thread.
    init(_ waiter: consuming RingWaiter, on cpu: Int) throws(SystemError) {
        let body = Body(waiter)
        self.body = body
        waker = body.waiter.waker
        thread = try PosixThread(named: "bench-sleeper") {
            // The sender's thread has told already where a CPU cannot be had.
            try? PinnedThread.pin(to: cpu)
            body.run()
        }
    }

    /// Wakes the thread; one that has not woken since the last call is late since then.
    func wake() {
        _ = body.stamp.compareExchange(
            expected: 0,
            desired: MonotonicClock().now(),
            ordering: .releasing
        )
        waker.wake()
    }

    /// Ends the thread.
    ///
    /// - Returns: how long it took to wake, each time.
    func stop() -> LatencyHistogram {
        body.isStopped.store(true, ordering: .releasing)
        waker.wake()
        thread.join()
        return body.latency.withLock { $0 }
    }

    deinit {
        _ = stop()
    }

    private final class Body: Sendable {
        let waiter: RingWaiter
        let stamp = Atomic<UInt64>(0)
        let isStopped = Atomic(false)
        let latency = Mutex(LatencyHistogram())

        init(_ waiter: consuming RingWaiter) { self.waiter = waiter }

        func run() {
            let clock = MonotonicClock()
            var own = LatencyHistogram()
            while !isStopped.load(ordering: .acquiring), (try? waiter.wait()) != nil {
                let sent = stamp.exchange(0, ordering: .acquiring)
                if sent > 0 { own.record(clock.now() &- sent) }
            }
            latency.withLock { [own] in $0 = own }
        }
    }
}
