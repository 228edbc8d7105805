import CLibBPF

/// An attached program, detached with its owner; when the process ends the kernel detaches it.
public struct BPFLink: ~Copyable {
    /// Name of the program.
    public let name: String
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer, name: String) {
        self.pointer = pointer
        self.name = name
    }

    deinit {
        bpf_link__destroy(pointer)
    }
}
