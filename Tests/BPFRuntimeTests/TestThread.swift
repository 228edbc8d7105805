import Glibc

/// A thread of the test's own, as Swift's pool must not be blocked.
struct TestThread: ~Copyable {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else {
                    return nil
                }
                // SAFETY: the pointer holds the reference that was retained for this thread.
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        precondition(code == 0, "the test cannot start a thread: error \(code)")
        self.thread = thread
    }

    consuming func join() {
        pthread_join(thread, nil)
    }
}

/// The clock of `bpf_ktime_get_ns()`.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
