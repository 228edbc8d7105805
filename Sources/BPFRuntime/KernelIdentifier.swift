import CLibBPF
import Glibc
internal import LinuxSystem

extension BPFMap {
    /// The map's number in the kernel's list, as `bpftool map` shows it.
    public borrowing func kernelIdentifier() throws(BPFError) -> UInt32 {
        try information(descriptor.raw, bpf_map_info(), name).id
    }
}

extension BPFProgram {
    /// The program's number in the kernel's list, as `bpftool prog` shows it.
    public borrowing func kernelIdentifier() throws(BPFError) -> UInt32 {
        try information(descriptor.raw, bpf_prog_info(), name).id
    }
}

extension BPFLink {
    /// The link's number in the kernel's list, as `bpftool link` shows it.
    public borrowing func kernelIdentifier() throws(BPFError) -> UInt32 {
        try information(bpf_link__fd(pointer), bpf_link_info(), name).id
    }
}

extension StructOpsLink {
    /// The link's number in the kernel's list, as `bpftool link` shows it.
    public borrowing func kernelIdentifier() throws(BPFError) -> UInt32 {
        try information(descriptor.raw, bpf_link_info(), name).id
    }
}

/// What the kernel tells of the object behind a descriptor.
private func information<Info>(
    _ descriptor: Int32,
    _ empty: Info,
    _ name: String
) throws(BPFError) -> Info {
    var info = empty
    var size = UInt32(MemoryLayout<Info>.size)
    let result = withUnsafeMutablePointer(to: &info) {
        bpf_obj_get_info_by_fd(descriptor, $0, &size)
    }
    try check(result, "ask the kernel about", name)
    return info
}
