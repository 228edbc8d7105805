internal import CMLSchedABI

/// Kernel functions that not every kernel has under one name: the lines of `bpf/kfuncs.h`.
enum KernelFunctions {
    /// Variables of the programs, each with the function whose presence it tells.
    static let flags = Array(zip(lines(mls_kfunc_flag), lines(mls_kfunc_flagged)))

    /// The names of each function that is needed, the newest first.
    static let needed = lines(mls_needed_kfunc).map { $0.split(separator: ",").map(String.init) }

    private static func lines(_ line: @escaping (Int32) -> UnsafePointer<CChar>?) -> [String] {
        sequence(state: Int32(0)) { index in
            defer { index += 1 }
            return line(index).map { String(cString: $0) }
        }.map { $0 }
    }
}
