import CLibBPF

/// An attached program, detached with its owner; when the process ends the kernel detaches it.
public struct BPFLink: ~Copyable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        bpf_link__destroy(pointer)
    }
}
