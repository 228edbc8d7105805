import CLibBPF
import Glibc

/// A BPF object that has been parsed and can be configured; nothing of it is in the kernel yet.
///
///     var object = try OpenObject(name: "probe", bytes: file)
///     try object.setVariable("pattern_count", to: UInt32(8192))
///     try object.setMaxEntries(of: "decisions", to: 1024)
///     let loaded = try object.load()
public struct OpenObject: ~Copyable {
    /// Name of the object, as errors and the kernel's list of programs show it.
    public let name: String
    let handle: ObjectHandle

    /// Parses an object file; its bytes are not needed afterwards.
    ///
    /// - Throws: `BPFError` when the file is damaged or not for BPF.
    public init(name: String, bytes: [UInt8]) throws(BPFError) {
        let (object, lines) = LibBPFLog.collecting {
            name.withCString { name in
                var options = bpf_object_open_opts()
                options.sz = MemoryLayout<bpf_object_open_opts>.size
                options.object_name = name
                return bytes.withUnsafeBytes { file in
                    bpf_object__open_mem(file.baseAddress, file.count, &options)
                }
            }
        }
        guard let object else {
            throw BPFError(operation: "open the object", name: name, errno: errno, log: lines)
        }
        LibBPFLog.deliver(lines)
        self.name = name
        handle = ObjectHandle(object)
    }

    /// Puts maps and programs into the kernel.
    ///
    /// - Throws: `BPFError` with the verifier's log when it rejects a program.
    public consuming func load() throws(BPFError) -> LoadedObject {
        let logs = try VerifierLogs(handle.pointer)
        let (result, lines) = LibBPFLog.collecting { bpf_object__load(handle.pointer) }
        guard result == 0 else {
            throw BPFError(
                operation: "load the object",
                name: name,
                errno: -result,
                log: lines + logs.lines(of: handle.pointer)
            )
        }
        LibBPFLog.deliver(lines)
        return LoadedObject(name: name, handle: handle)
    }
}

/// A `bpf_object`, closed with its owner.
struct ObjectHandle: ~Copyable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        bpf_object__close(pointer)
    }

    /// The map of this name.
    func map(_ name: String) throws(BPFError) -> OpaquePointer {
        guard let map = bpf_object__find_map_by_name(pointer, name) else {
            throw BPFError(operation: "find the map", name: name, errno: ENOENT)
        }
        return map
    }

    /// The program of this name.
    func program(_ name: String) throws(BPFError) -> OpaquePointer {
        guard let program = bpf_object__find_program_by_name(pointer, name) else {
            throw BPFError(operation: "find the program", name: name, errno: ENOENT)
        }
        return program
    }
}

/// Turns what a libbpf call returned, 0 or a negative error number, into an error.
func check(_ result: Int32, _ operation: String, _ name: String) throws(BPFError) {
    guard result >= 0 else {
        throw BPFError(operation: operation, name: name, errno: -result)
    }
}
