internal import LinuxSystem

/// Reads the clock around calls, and knows what that costs.
struct Stopwatch {
    private let clock = MonotonicClock()
    /// What two readings without anything between them differ by, ns.
    let cost: UInt64

    /// Measures the clock.
    init() {
        var differences: [UInt64] = []
        differences.reserveCapacity(1001)
        for _ in 0..<1001 {
            let start = clock.now()
            differences.append(clock.now() &- start)
        }
        cost = differences.sorted()[500]
    }

    /// Nanoseconds since an arbitrary start.
    @inline(__always)
    func now() -> UInt64 { clock.now() }

    /// The time between two readings, without that of the reading.
    @inline(__always)
    func duration(from start: UInt64, to end: UInt64) -> UInt64 {
        let time = end &- start
        return time > cost ? time &- cost : 0
    }
}
