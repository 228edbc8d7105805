import CLibBPF
import Glibc

/// The running kernel's description of its own types and functions.
///
/// Tells which of a renamed function's names this kernel has, so that a program is told at load
/// which one to call.
public struct KernelBTF: ~Copyable {
    private let types: OpaquePointer

    /// `BTF_KIND_…` of linux/btf.h: libbpf defines them once more as macros, so that the names are
    /// ambiguous in Swift.
    private enum Kind {
        static let structure: UInt32 = 4
        static let enumeration: UInt32 = 6
        static let function: UInt32 = 12
        static let enumeration64: UInt32 = 19
    }

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
        btf__find_by_name_kind(types, name, Kind.function) > 0
    }

    /// Whether the kernel has a struct of this name.
    public borrowing func hasStruct(_ name: String) -> Bool {
        type(name, Kind.structure) != nil
    }

    /// Whether the kernel's struct has this member; those of unnamed inner structs do not count.
    public borrowing func hasMember(_ member: String, inStruct name: String) -> Bool {
        guard let type = type(name, Kind.structure), let members = btf_members(type) else {
            return false
        }
        // SAFETY: a struct has `btf_vlen` members; libbpf checked that they lie within its data.
        return UnsafeBufferPointer(start: members, count: Int(btf_vlen(type))).contains {
            isNamed(member, at: $0.name_off)
        }
    }

    /// The value of an enumerator, of 32 or 64 bits; `nil` when the kernel has none of this name.
    public borrowing func enumerator(_ name: String, inEnum enumName: String) -> UInt64? {
        // SAFETY: an enum has `btf_vlen` entries; libbpf checked that they lie within its data.
        if let type = type(enumName, Kind.enumeration64), let values = btf_enum64(type) {
            return UnsafeBufferPointer(start: values, count: Int(btf_vlen(type)))
                .first { isNamed(name, at: $0.name_off) }
                .map { UInt64($0.val_hi32) << 32 | UInt64($0.val_lo32) }
        }
        guard let type = type(enumName, Kind.enumeration), let values = btf_enum(type) else {
            return nil
        }
        return UnsafeBufferPointer(start: values, count: Int(btf_vlen(type)))
            .first { isNamed(name, at: $0.name_off) }
            .map { UInt64(truncatingIfNeeded: $0.val) }
    }

    private borrowing func type(_ name: String, _ kind: UInt32) -> UnsafePointer<btf_type>? {
        let identifier = btf__find_by_name_kind(types, name, kind)
        return identifier > 0 ? btf__type_by_id(types, UInt32(identifier)) : nil
    }

    private borrowing func isNamed(_ name: String, at offset: UInt32) -> Bool {
        btf__name_by_offset(types, offset).map { strcmp($0, name) == 0 } ?? false
    }
}
