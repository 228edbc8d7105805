import CLibBPF
import Glibc
internal import LinuxSystem

extension BPFMap {
    /// The keys of a hash as they are now; one that comes or goes meanwhile may be missing.
    ///
    /// - Complexity: one system call a key, and no more keys than the map holds.
    public borrowing func keys<Key: BitwiseCopyable>(
        as _: Key.Type = Key.self
    ) throws(BPFError) -> [Key] {
        guard MemoryLayout<Key>.size == keySize else {
            throw BPFError(operation: "list keys of another size in", name: name, errno: EINVAL)
        }
        var keys: [Key] = []
        try withUnsafeTemporaryAllocation(of: Key.self, capacity: 2) { (pair) throws(BPFError) in
            guard let next = pair.baseAddress else { return }
            let last = next + 1
            while keys.count < maxEntries {
                // SAFETY: both have the size of a key, which the kernel reads and writes.
                let result = bpf_map_get_next_key(
                    descriptor.raw,
                    keys.isEmpty ? nil : last,
                    next
                )
                guard result != -ENOENT else { return }
                try check(result, "list the keys of", name)
                last.update(from: next, count: 1)
                keys.append(next.pointee)
            }
        }
        return keys
    }
}
