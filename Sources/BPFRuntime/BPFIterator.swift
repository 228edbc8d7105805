import CLibBPF
import Glibc
internal import LinuxSystem

/// A program that the kernel runs for each of its objects, such as every task, when asked to.
public struct BPFIterator: ~Copyable, Sendable {
    /// Name of the program.
    public let name: String
    private let descriptor: OwnedDescriptor

    init(_ link: borrowing BPFLink) throws(BPFError) {
        name = link.name
        let (raw, name) = (bpf_link__fd(link.pointer), link.name)
        descriptor = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(duplicating: raw, name: name)
        }
    }

    /// Runs the program for all objects that there are now.
    ///
    /// What it writes to the iterator's own file is not kept.
    public borrowing func run() throws(BPFError) {
        let result = bpf_iter_create(descriptor.raw)
        guard result >= 0 else {
            throw BPFError(operation: "run the iterator", name: name, errno: -result)
        }
        let pass = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(result, "run the iterator", name)
        }
        // EAGAIN: the kernel wants to be asked again.
        var (count, byte) = (1, UInt8(0))
        while count > 0 || count < 0 && errno == EAGAIN {
            count = retryingInterrupts { read(pass.raw, &byte, 1) }
        }
        guard count == 0 else {
            throw BPFError(operation: "run the iterator", name: name, errno: errno)
        }
    }
}

extension LoadedObject {
    /// An iterator of the object, to be run as often as needed.
    ///
    /// - Throws: `BPFError` with `ENOENT` when there is no such program.
    public borrowing func iterator(_ program: String) throws(BPFError) -> BPFIterator {
        try BPFIterator(attach(program))
    }
}
