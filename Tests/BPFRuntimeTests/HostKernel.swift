import BPFPrograms
import BPFRuntime
import Glibc

/// What the kernel under the tests allows.
enum HostKernel {
    /// Whether BPF programs can be loaded here at all.
    ///
    /// False only where the kernel has no BTF or this process may not load BPF programs. A kernel
    /// that could load them and does not is a failure, not a reason to skip.
    static let loadsPrograms: Bool = {
        guard access("/sys/kernel/btf/vmlinux", R_OK) == 0 else {
            return false
        }
        do throws(BPFError) {
            _ = try OpenObject(.probe).load()
            return true
        } catch {
            return ![EPERM, ENOSYS].contains(error.errno)
        }
    }()
}
