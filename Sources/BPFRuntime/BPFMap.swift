import CLibBPF
import Glibc
internal import LinuxSystem

/// A map in the kernel, read and written by system calls.
///
/// Keys and values are plain structs of the size that the map was declared with.
public struct BPFMap: ~Copyable, Sendable {
    /// Name of the map, as in the source file.
    public let name: String
    /// Bytes of a key.
    public let keySize: Int
    /// Bytes of a value.
    public let valueSize: Int
    /// Elements that the map holds at most; for a ring buffer its bytes.
    public let maxEntries: Int
    let type: bpf_map_type
    let descriptor: OwnedDescriptor

    init(_ map: OpaquePointer, name: String) throws(BPFError) {
        let raw = bpf_map__fd(map)
        // From 1.4 on libbpf has a stand-in for the descriptor of a map that it did not create.
        guard raw >= 0, bpf_map__autocreate(map) else {
            throw BPFError(
                operation: "use the map that was not created,",
                name: name,
                errno: ENOENT
            )
        }
        descriptor = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(duplicating: raw, name: name)
        }
        self.name = name
        keySize = Int(bpf_map__key_size(map))
        valueSize = Int(bpf_map__value_size(map))
        maxEntries = Int(bpf_map__max_entries(map))
        type = bpf_map__type(map)
    }

    /// The value of a key; `nil` when there is none.
    public borrowing func value<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        of key: Key,
        as _: Value.Type = Value.self
    ) throws(BPFError) -> Value? {
        try checkSizes(key: Key.self, value: Value.self)
        var key = key
        return try withUnsafeTemporaryAllocation(
            byteCount: valueSize,
            alignment: MemoryLayout<Value>.alignment
        ) { (bytes) throws(BPFError) -> Value? in
            let result = bpf_map_lookup_elem(descriptor.raw, &key, bytes.baseAddress)
            guard result != -ENOENT else {
                return nil
            }
            try check(result, "look up a key of the map", name)
            return UnsafeRawBufferPointer(bytes).load(as: Value.self)
        }
    }

    /// The bytes of a key's value; `nil` when there is no such key.
    public borrowing func bytes<Key: BitwiseCopyable>(of key: Key) throws(BPFError) -> [UInt8]? {
        try checkSize(MemoryLayout<Key>.size, keySize, "keys")
        var key = key
        var bytes = [UInt8](repeating: 0, count: valueSize)
        let result = bpf_map_lookup_elem(descriptor.raw, &key, &bytes)
        guard result != -ENOENT else {
            return nil
        }
        try check(result, "look up a key of the map", name)
        return bytes
    }

    /// The values of a key on all possible CPUs, by CPU; empty when there is no such key.
    public borrowing func perCPUValues<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        of key: Key,
        as _: Value.Type = Value.self
    ) throws(BPFError) -> [Value] {
        try checkSizes(key: Key.self, value: Value.self)
        let count = libbpf_num_possible_cpus()
        try check(count, "count the CPUs for the map", name)
        // The kernel starts every CPU's value at a multiple of eight bytes.
        let stride = (valueSize + 7) & ~7
        var key = key
        return try withUnsafeTemporaryAllocation(
            byteCount: stride * Int(count),
            alignment: max(8, MemoryLayout<Value>.alignment)
        ) { (bytes) throws(BPFError) -> [Value] in
            let result = bpf_map_lookup_elem(descriptor.raw, &key, bytes.baseAddress)
            guard result != -ENOENT else {
                return []
            }
            try check(result, "look up a key of the map", name)
            let values = UnsafeRawBufferPointer(bytes)
            return (0..<Int(count)).map { values.load(fromByteOffset: $0 * stride, as: Value.self) }
        }
    }

    /// Sets the value of a key, which is added where the map has none.
    public borrowing func setValue<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ value: Value,
        of key: Key
    ) throws(BPFError) {
        try checkSizes(key: Key.self, value: Value.self)
        var (key, value) = (key, value)
        let result = bpf_map_update_elem(descriptor.raw, &key, &value, UInt64(BPF_ANY))
        try check(result, "update the map", name)
    }

    private borrowing func checkSizes<Key, Value>(
        key: Key.Type,
        value: Value.Type
    ) throws(BPFError) {
        try checkSize(MemoryLayout<Key>.size, keySize, "keys")
        try checkSize(MemoryLayout<Value>.size, valueSize, "values")
    }

    /// A wrong size would let the kernel read or write past the value.
    private borrowing func checkSize(
        _ size: Int,
        _ expected: Int,
        _ what: String
    ) throws(BPFError) {
        guard size == expected else {
            throw BPFError(
                operation: "access \(what) of \(size) bytes, not \(expected), in the map",
                name: name,
                errno: EINVAL
            )
        }
    }
}
