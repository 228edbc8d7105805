import CLibBPF
import Glibc
internal import LinuxSystem

/// An attached struct_ops map, such as a scheduler, detached with its owner.
///
/// The kernel detaches it, too, when the process ends in whatever way.
public struct StructOpsLink: ~Copyable, Sendable {
    /// Name of the map.
    public let name: String
    let descriptor: OwnedDescriptor

    /// `BPF_F_LINK` of linux/bpf.h 6.4: registered by a link, not by writing to the map.
    private static let linkFlag: UInt32 = 1 << 13
    /// `BPF_STRUCT_OPS` of `enum bpf_attach_type`, linux/bpf.h 6.4.
    private static let attachType = bpf_attach_type(rawValue: 44)

    /// Attaches the map with libbpf 1.2 and later, and with 1.1, which knows no such links.
    ///
    /// Both fill in the value that the kernel registers. Then 1.2 makes the link; 1.1 believes that
    /// the value alone was the registration and returns a link that holds the map's descriptor.
    /// The second way can go when Debian 12 does.
    init(_ map: OpaquePointer, name: String) throws(BPFError) {
        let operation = "attach"
        let (attached, lines) = LibBPFLog.collecting { bpf_map__attach_struct_ops(map) }
        guard let attached else {
            throw BPFError(operation: operation, name: name, errno: errno, log: lines)
        }
        LibBPFLog.deliver(lines)
        let staged = bpf_link__fd(attached) == bpf_map__fd(map)
        if staged {
            // Destroying it must not take the value out of the map again.
            bpf_link__disconnect(attached)
        }
        defer { bpf_link__destroy(attached) }
        let descriptor = try asBPFError { () throws(SystemError) in
            staged
                ? try OwnedDescriptor(
                    bpf_link_create(bpf_map__fd(map), 0, Self.attachType, nil),
                    operation,
                    name
                )
                : try OwnedDescriptor(duplicating: bpf_link__fd(attached), name: name)
        }
        self.name = name
        self.descriptor = descriptor
    }

    /// Prepares a struct_ops map for `attach`, whatever the version of libbpf.
    static func prepare(_ map: OpaquePointer, name: String) throws(BPFError) {
        let flags = bpf_map__map_flags(map) | linkFlag
        try check(bpf_map__set_map_flags(map, flags), "set flags of map", name)
    }
}

extension OpenObject {
    /// Makes a struct_ops map one that is attached by a link, so that it goes when its owner goes.
    ///
    /// - Parameters:
    ///   - map: the struct_ops map.
    ///   - sleepable: its programs that may sleep, such as a scheduler's `init`; libbpf 1.1 does
    ///     not know the sections that say so.
    /// - Throws: `BPFError` with `ENOENT` when the object lacks the map or a program.
    public mutating func prepareStructOps(
        _ map: String,
        sleepable: [String]
    ) throws(BPFError) {
        try StructOpsLink.prepare(handle.map(map), name: map)
        for program in sleepable {
            try addFlags(UInt32(BPF_F_SLEEPABLE), toProgram: program)
        }
    }
}
