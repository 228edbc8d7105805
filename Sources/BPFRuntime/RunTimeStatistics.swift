import CLibBPF
internal import LinuxSystem

/// Lets the kernel measure how long BPF programs run, for as long as this value lives.
///
/// It measures every program of the machine, at the cost of two reads of the clock a run.
public struct RunTimeStatistics: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor

    /// Begins to measure.
    ///
    /// - Throws: `BPFError` with `EPERM` without the right to.
    public init() throws(BPFError) {
        let result = bpf_enable_stats(BPF_STATS_RUN_TIME)
        guard result >= 0 else {
            throw BPFError(operation: "measure the run time of", name: "programs", errno: -result)
        }
        descriptor = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(result, "measure the run time of", "programs")
        }
    }
}

/// How often a program ran and how long that took while somebody measured it.
public struct RunTime: Equatable, Sendable {
    /// Runs.
    public var runs: UInt64
    /// Nanoseconds of all runs together.
    public var nanoseconds: UInt64

    /// A measurement given in full.
    public init(runs: UInt64 = 0, nanoseconds: UInt64 = 0) {
        self.runs = runs
        self.nanoseconds = nanoseconds
    }

    /// What was measured since an earlier moment.
    public func since(_ earlier: Self) -> Self {
        Self(runs: runs &- earlier.runs, nanoseconds: nanoseconds &- earlier.nanoseconds)
    }

    /// Both together.
    public static func + (left: Self, right: Self) -> Self {
        Self(
            runs: left.runs &+ right.runs,
            nanoseconds: left.nanoseconds &+ right.nanoseconds
        )
    }

    /// The mean of a run; 0 without any.
    public var nanosecondsPerRun: Double {
        runs == 0 ? 0 : Double(nanoseconds) / Double(runs)
    }
}

extension BPFProgram {
    /// What the kernel has measured of the program, see ``RunTimeStatistics``.
    public borrowing func runTime() throws(BPFError) -> RunTime {
        let info = try info(to: "read the run time of")
        return RunTime(runs: info.run_cnt, nanoseconds: info.run_time_ns)
    }

    /// Instructions that the verifier walked before it accepted the program; its limit is a million.
    public borrowing func verifiedInstructions() throws(BPFError) -> Int {
        Int(try info(to: "read the verifier's count of").verified_insns)
    }

    private borrowing func info(to operation: String) throws(BPFError) -> bpf_prog_info {
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        let result = bpf_obj_get_info_by_fd(descriptor.raw, &info, &size)
        try check(result, operation, name)
        return info
    }
}
