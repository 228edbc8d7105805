internal import Glibc

/// The clock of the kernel's request stamps, `bpf_ktime_get_ns()`.
///
/// `ContinuousClock` goes on while the machine sleeps and does not say where it started.
public struct MonotonicClock: Sendable {
    /// The system's monotonic clock.
    public init() {}

    /// Nanoseconds since an arbitrary start; a read takes some 20 ns and no system call.
    public func now() -> UInt64 { Self.read(CLOCK_MONOTONIC) }

    /// What the calling thread has taken of the CPUs so far, ns.
    public static var threadTime: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// What the process has taken of the CPUs so far, ns.
    public static var processTime: UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
