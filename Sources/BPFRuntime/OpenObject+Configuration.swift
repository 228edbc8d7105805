import CLibBPF
import Glibc

extension OpenObject {
    /// Sets a global variable to its value at load; `const volatile` ones never change afterwards.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the object has no such variable and `EINVAL` when
    ///   its size is not that of `Value`.
    public mutating func setVariable<Value: BitwiseCopyable>(
        _ name: String,
        to value: Value
    ) throws(BPFError) {
        try withUnsafeBytes(of: value) { (bytes) throws(BPFError) in
            try setVariable(name, bytes: bytes, exactly: true)
        }
    }

    /// Sets the first elements of a global array; the rest keep what the source file says.
    ///
    /// - Throws: `BPFError` with `ENOENT` when the object has no such variable and `EINVAL` when
    ///   it has fewer elements.
    public mutating func setVariable<Element: BitwiseCopyable>(
        _ name: String,
        elements: [Element]
    ) throws(BPFError) {
        let result = elements.withUnsafeBytes { bytes in
            Result { () throws(BPFError) in
                try setVariable(name, bytes: bytes, exactly: false)
            }
        }
        try result.get()
    }

    private func setVariable(
        _ name: String,
        bytes: UnsafeRawBufferPointer,
        exactly: Bool
    ) throws(BPFError) {
        let operation = "set the variable"
        let variable = try GlobalVariable(name, of: handle.pointer)
        guard bytes.count == variable.byteCount || !exactly && bytes.count < variable.byteCount
        else {
            throw BPFError(
                operation: operation,
                name: name,
                errno: EINVAL,
                log: ["it has \(variable.byteCount) bytes, the value has \(bytes.count)"]
            )
        }
        var sectionSize = 0
        let section = try handle.map(variable.section)
        guard let start = bpf_map__initial_value(section, &sectionSize),
            variable.offset + variable.byteCount <= sectionSize
        else {
            throw BPFError(operation: operation, name: name, errno: EINVAL)
        }
        // SAFETY: the section has `sectionSize` bytes, the check above keeps within them, and they
        // are meant to be written before the load: `const` in the result went with libbpf 1.2.
        UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(mutating: start) + variable.offset,
            count: bytes.count
        ).copyMemory(from: bytes)
    }

    /// Sets how many elements a map holds; for a ring buffer its size in bytes, a power of two and
    /// a multiple of the page size.
    public mutating func setMaxEntries(of map: String, to count: UInt32) throws(BPFError) {
        try check(bpf_map__set_max_entries(handle.map(map), count), "resize the map", map)
    }

    /// Sets the size in bytes of a map's values.
    public mutating func setValueSize(of map: String, to byteCount: UInt32) throws(BPFError) {
        try check(bpf_map__set_value_size(handle.map(map), byteCount), "resize values of", map)
    }

    /// Adds flags of `BPF_MAP_CREATE` to those that the source file gives a map.
    public mutating func addFlags(_ flags: UInt32, toMap name: String) throws(BPFError) {
        let map = try handle.map(name)
        try check(
            bpf_map__set_map_flags(map, bpf_map__map_flags(map) | flags),
            "set flags of map",
            name
        )
    }

    /// Adds flags of `BPF_PROG_LOAD` to those of a program.
    public mutating func addFlags(_ flags: UInt32, toProgram name: String) throws(BPFError) {
        let program = try handle.program(name)
        try check(
            bpf_program__set_flags(program, bpf_program__flags(program) | flags),
            "set flags of program",
            name
        )
    }

    /// Says whether a program is loaded with the object.
    public mutating func setLoaded(_ loaded: Bool, program: String) throws(BPFError) {
        try check(
            bpf_program__set_autoload(handle.program(program), loaded),
            "choose the program",
            program
        )
    }
}
