public import Atomics

/// An integer in mapped memory that another process or the kernel may read and write at once,
/// never seen half done.
///
/// By swift-atomics: the standard library's `Atomic` owns its memory and cannot be placed on a
/// page that the kernel has.
public protocol SharedWord: AtomicInteger, BitwiseCopyable, Sendable {}

extension UInt8: SharedWord {}
extension UInt32: SharedWord {}
extension UInt64: SharedWord {}

extension SharedWord {
    /// Reads the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func load(_ address: UnsafePointer<Self>) -> Self {
        atomic(at: address).load(ordering: .relaxed)
    }

    /// Reads the word; what its writer wrote before it is then seen as well.
    @inlinable @inline(__always)
    public static func loadAcquiring(_ address: UnsafePointer<Self>) -> Self {
        atomic(at: address).load(ordering: .acquiring)
    }

    /// Writes the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func store(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        atomic(at: address).store(value, ordering: .relaxed)
    }

    /// Writes the word after everything that this thread wrote before it.
    @inlinable @inline(__always)
    public static func storeReleasing(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        atomic(at: address).store(value, ordering: .releasing)
    }

    @inlinable @inline(__always)
    static func atomic(at address: UnsafePointer<Self>) -> UnsafeAtomic<Self> {
        // SAFETY: `Storage` is laid out as the integer itself; callers keep the address mapped, and
        // those that have read access alone do not store.
        UnsafeAtomic(
            at: UnsafeMutableRawPointer(mutating: address)
                .assumingMemoryBound(to: UnsafeAtomic<Self>.Storage.self)
        )
    }
}
