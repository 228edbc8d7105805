import CLibBPF
import Glibc
internal import LinuxSystem

/// A program in the kernel that user space can run.
public struct BPFProgram: ~Copyable, Sendable {
    /// Name of the program's function.
    public let name: String
    let descriptor: OwnedDescriptor

    init(_ program: OpaquePointer, name: String) throws(BPFError) {
        let raw = bpf_program__fd(program)
        guard raw >= 0 else {
            throw BPFError(
                operation: "use the program that was not loaded,",
                name: name,
                errno: -raw
            )
        }
        descriptor = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(duplicating: raw, name: name)
        }
        self.name = name
    }

    /// Runs the program once, on this thread and CPU, with an argument that it may change.
    ///
    /// For programs of section `syscall`; allocates nothing.
    ///
    /// - Returns: the program's own result.
    @discardableResult
    public borrowing func run<Argument: BitwiseCopyable>(
        with argument: inout Argument
    ) throws(BPFError) -> UInt32 {
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        let result = withUnsafeMutableBytes(of: &argument) { bytes in
            // The kernel writes the argument of a `syscall` program back to where it took it from.
            options.ctx_in = UnsafeRawPointer(bytes.baseAddress)
            options.ctx_size_in = UInt32(bytes.count)
            return bpf_prog_test_run_opts(descriptor.raw, &options)
        }
        try check(result, "run the program", name)
        return options.retval
    }

    /// Runs the program `repetitions` times in a row on a packet of zeros.
    ///
    /// For programs that take packets, such as those of section `tc`.
    ///
    /// - Returns: the last run's result and the mean time of a run, in whole nanoseconds.
    public borrowing func measure(
        repetitions: Int32
    ) throws(BPFError) -> (result: UInt32, nanoseconds: UInt32) {
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        options.repeat = repetitions
        // The kernel refuses packets shorter than an Ethernet header.
        let packet = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        let result = withUnsafeBytes(of: packet) { bytes in
            options.data_in = bytes.baseAddress
            options.data_size_in = UInt32(bytes.count)
            return bpf_prog_test_run_opts(descriptor.raw, &options)
        }
        try check(result, "measure the program", name)
        return (options.retval, options.duration)
    }
}
