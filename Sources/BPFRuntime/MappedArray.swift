internal import Glibc
public import LinuxSystem

/// Words in the memory of a map, read and written without system calls.
///
/// The map is an array with `BPF_F_MMAPABLE`, or one of the object's own sections. The kernel
/// starts every element of an array at a multiple of eight bytes: declare values of eight bytes,
/// and the words of all elements are dense whatever their own width.
public struct MappedArray<Word: SharedWord>: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointers are this value's own, and words are read and written atomically.
    @usableFromInline let words: UnsafeMutablePointer<Word>
    private let mapping: Mapping

    /// Number of words.
    public let count: Int

    /// Maps all elements of an array.
    ///
    /// - Throws: `BPFError` with `EINVAL` when there are several values and they are not a multiple
    ///   of eight bytes, and with `EPERM` or `ENOTSUPP` when the map cannot be mapped.
    public init(_ map: borrowing BPFMap) throws(BPFError) {
        guard map.valueSize % 8 == 0 || map.maxEntries == 1 else {
            throw BPFError(operation: "map as dense words", name: map.name, errno: EINVAL)
        }
        try self.init(
            map,
            name: map.name,
            offset: 0,
            byteCount: map.maxEntries * map.valueSize
        )
    }

    init(
        _ map: borrowing BPFMap,
        name: String,
        offset: Int,
        byteCount: Int
    ) throws(BPFError) {
        guard byteCount % MemoryLayout<Word>.size == 0,
            offset % MemoryLayout<Word>.alignment == 0
        else {
            throw BPFError(
                operation: "map as words of \(MemoryLayout<Word>.size) bytes",
                name: name,
                errno: EINVAL
            )
        }
        let descriptor = map.descriptor.raw
        mapping = try asBPFError { () throws(SystemError) in
            try Mapping(descriptor, byteCount: offset + byteCount, writable: true, name: name)
        }
        words = (mapping.base + offset).assumingMemoryBound(to: Word.self)
        count = byteCount / MemoryLayout<Word>.size
    }

    /// The word at an index, read and written whole and in no order with others.
    ///
    /// - Precondition: `0 ≤ index < count`.
    @inlinable
    public subscript(index: Int) -> Word {
        borrowing get {
            precondition(index >= 0 && index < count, "index out of the mapped array")
            return Word.load(words + index)
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "index out of the mapped array")
            Word.store(newValue, to: words + index)
        }
    }

    /// Writes a word after everything that this thread wrote before it.
    ///
    /// - Precondition: `0 ≤ index < count`.
    public borrowing func storeReleasing(_ value: Word, at index: Int) {
        precondition(index >= 0 && index < count, "index out of the mapped array")
        Word.storeReleasing(value, to: words + index)
    }

    /// The words as they are now, one after the other; not one moment's picture.
    public borrowing func snapshot() -> [Word] {
        (0..<count).map { Word.load(words + $0) }
    }

    /// Sets every word to `value`.
    public borrowing func fill(with value: Word) {
        for index in 0..<count {
            Word.store(value, to: words + index)
        }
    }
}
