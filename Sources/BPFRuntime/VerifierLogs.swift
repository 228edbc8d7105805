import CLibBPF
internal import LinuxSystem

/// Buffers for what the kernel's verifier says, one for each program of an object.
///
/// libbpf asks for a log only when a program has failed, so the program that fails is the one
/// whose buffer is not empty. Buffers take no memory before the kernel writes to them. Nothing is
/// written after the load, so they may go then.
struct VerifierLogs: ~Copyable {
    /// Kernels from 6.4 on keep the end of a longer log, which is the part that tells.
    private static let bytesPerProgram = 4 << 20
    private let memory: Mapping

    init(_ object: OpaquePointer) throws(BPFError) {
        var count = 0
        forEachProgram(of: object) { _ in count += 1 }
        let byteCount = max(count, 1) * Self.bytesPerProgram
        memory = try asBPFError { () throws(SystemError) in try Mapping(anonymous: byteCount) }
        var start = memory.base.assumingMemoryBound(to: CChar.self)
        forEachProgram(of: object) { program in
            bpf_program__set_log_buf(program, start, Self.bytesPerProgram)
            start += Self.bytesPerProgram
        }
    }

    /// The log of the program that failed, under a line that names it.
    borrowing func lines(of object: OpaquePointer) -> [String] {
        var lines: [String] = []
        forEachProgram(of: object) { program in
            var size = 0
            // SAFETY: the kernel ends the log with a zero, and pages it did not touch are zero.
            guard let text = bpf_program__log_buf(program, &size), text.pointee != 0,
                let name = bpf_program__name(program)
            else {
                return
            }
            lines.append("program '\(String(cString: name))':")
            lines += String(cString: text).split(separator: "\n").map(String.init)
        }
        return lines
    }
}

/// Calls `body` with every program of an object, in the order of its file.
private func forEachProgram(of object: OpaquePointer, _ body: (OpaquePointer) -> Void) {
    var program = bpf_object__next_program(object, nil)
    while let current = program {
        body(current)
        program = bpf_object__next_program(object, current)
    }
}
