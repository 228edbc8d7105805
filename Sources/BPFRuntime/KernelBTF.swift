import CLibBPF
import Glibc

/// The running kernel's description of its own functions.
///
/// Tells which of a renamed function's names this kernel has, so that a program is told at load
/// which one to call.
public struct KernelBTF: ~Copyable {
    private let types: OpaquePointer

    /// `BTF_KIND_FUNC` of linux/btf.h: libbpf defines it once more as a macro, so that the name is
    /// ambiguous in Swift.
    private static let functionKind: UInt32 = 12

    /// Reads `/sys/kernel/btf/vmlinux`, 5 to 10 MB.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the kernel was built without it.
    public init() throws(BPFError) {
        let (types, lines) = LibBPFLog.collecting { btf__load_vmlinux_btf() }
        guard let types else {
            throw BPFError(
                operation: "read the kernel's types",
                name: "/sys/kernel/btf/vmlinux",
                errno: errno,
                log: lines
            )
        }
        self.types = types
    }

    deinit {
        btf__free(types)
    }

    /// Whether the kernel has a function of this name that BPF programs could be told about.
    public borrowing func hasFunction(_ name: String) -> Bool {
        btf__find_by_name_kind(types, name, Self.functionKind) > 0
    }
}
