import CLibBPF
import Glibc
public import LinuxSystem

/// A BPF object in the kernel; its programs run once they are attached.
///
/// Maps, mappings, ring buffers and links made from it stay valid after it is gone.
public struct LoadedObject: ~Copyable {
    /// Name of the object, as errors and the kernel's list of programs show it.
    public let name: String
    let handle: ObjectHandle

    init(name: String, handle: consuming ObjectHandle) {
        self.name = name
        self.handle = handle
    }

    /// The map of this name.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the object has no such map.
    public borrowing func map(_ name: String) throws(BPFError) -> BPFMap {
        try BPFMap(handle.map(name), name: name)
    }

    /// A ring buffer map, ready to be consumed.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the object has no such map and `EINVAL` when it is
    ///   of another type.
    public borrowing func ringBuffer(_ name: String) throws(BPFError) -> RingBuffer {
        try RingBuffer(map(name))
    }

    /// A global variable that stays in sight of user space: not `const`, not `static`.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the object has no such variable and `EINVAL` when
    ///   its size is not a multiple of `Word`.
    public borrowing func variable<Word: SharedWord>(
        _ name: String,
        of _: Word.Type
    ) throws(BPFError) -> MappedArray<Word> {
        let variable = try GlobalVariable(name, of: handle.pointer)
        return try MappedArray(
            map(variable.section),
            name: name,
            offset: variable.offset,
            byteCount: variable.byteCount
        )
    }

    /// Attaches a program to what its section names, such as a tracepoint.
    ///
    /// - Throws: `BPFError` with `ENOENT` when there is no such program or target.
    public borrowing func attach(_ program: String) throws(BPFError) -> BPFLink {
        let pointer = try handle.program(program)
        let (link, lines) = LibBPFLog.collecting { bpf_program__attach(pointer) }
        guard let link else {
            throw BPFError(operation: "attach the program", name: program, errno: errno, log: lines)
        }
        LibBPFLog.deliver(lines)
        return BPFLink(link, name: program)
    }

    /// Makes a struct_ops map, such as a scheduler, the one that the kernel uses.
    ///
    /// - Throws: `BPFError` with `EBUSY` when another one is in force.
    public borrowing func attachStructOps(_ map: String) throws(BPFError) -> StructOpsLink {
        try StructOpsLink(handle.map(map), name: map)
    }

    /// Runs a program once, on this thread and CPU, with an argument that it may change.
    ///
    /// - Returns: the program's own result.
    /// - Throws: `BPFError`, with `ENOTSUPP` for types of program that cannot be run so.
    @discardableResult
    public borrowing func run<Argument: BitwiseCopyable>(
        _ program: String,
        with argument: inout Argument
    ) throws(BPFError) -> UInt32 {
        try self.program(program).run(with: &argument)
    }

    /// The program of this name, for repeated runs.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the object has no such program.
    public borrowing func program(_ name: String) throws(BPFError) -> BPFProgram {
        try BPFProgram(handle.program(name), name: name)
    }
}
