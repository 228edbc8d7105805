internal import CLinuxSystem

/// What the calling thread can ask of the system for itself.
public enum ThisThread {
    /// The CPUs that it may use, ascending.
    public static var allowedCPUs: [Int] {
        var cpus = [Int32](repeating: 0, count: 1024)
        let count = lnx_allowed_cpus(&cpus, Int32(cpus.count))
        return cpus.prefix(Int(count)).map(Int.init)
    }

    /// Keeps it on one CPU.
    ///
    /// - Throws: `SystemError` with `EINVAL` for a CPU that it may not use.
    public static func pin(to cpu: Int) throws(SystemError) {
        let error = lnx_pin_thread(Int32(truncatingIfNeeded: cpu))
        try SystemError.check(error, "keep a thread on CPU", "\(cpu)")
    }

    /// Runs it on a CPU for a moment, then where it ran before.
    ///
    /// - Throws: `SystemError` with `EINVAL` for a CPU that it may not use.
    public static func visit(_ cpu: Int) throws(SystemError) {
        let error = lnx_visit_cpu(Int32(truncatingIfNeeded: cpu))
        try SystemError.check(error, "run a thread on CPU", "\(cpu)")
    }

    /// Lets its sleeps end on time; by default they end up to 50 µs late.
    ///
    /// - Throws: `SystemError` where a filter of system calls forbids it.
    public static func useExactTimers() throws(SystemError) {
        try SystemError.check(lnx_use_exact_timers(), "set the timers of", "a thread")
    }
}

/// What the process can ask of the system for itself.
public enum ThisProcess {
    /// Keeps the kernel from gathering its pages into huge ones, which holds its memory meanwhile.
    ///
    /// - Throws: `SystemError` where the kernel knows no such wish.
    public static func refuseHugePages() throws(SystemError) {
        try SystemError.check(lnx_refuse_huge_pages(), "refuse huge pages for", "this process")
    }

    /// The core-scheduling cookie of another process, 0 for none.
    ///
    /// - Parameter pid: of the process.
    /// - Returns: nil where this process may not know, or the kernel has no core scheduling.
    public static func coreCookie(of pid: Int32) -> UInt64? {
        var cookie: UInt64 = 0
        return lnx_core_cookie(pid, &cookie) == 0 ? cookie : nil
    }
}
