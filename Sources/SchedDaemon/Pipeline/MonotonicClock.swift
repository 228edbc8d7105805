internal import Glibc

/// The clock of the kernel's request stamps, `bpf_ktime_get_ns()`.
public struct MonotonicClock: NanosecondClock, Sendable {
    /// The system's monotonic clock.
    public init() {}

    /// Nanoseconds since an arbitrary start; a read takes some 20 ns and no system call.
    public func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
