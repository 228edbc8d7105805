public import Synchronization

/// An integer that user space and BPF programs may read and write at once, never seen half done.
public protocol SharedWord: FixedWidthInteger, BitwiseCopyable, Sendable {
    /// Reads the word; no order is promised between this and other reads or writes.
    static func load(_ address: UnsafePointer<Self>) -> Self

    /// Reads the word; what its writer wrote before it is then seen as well.
    static func loadAcquiring(_ address: UnsafePointer<Self>) -> Self

    /// Writes the word; no order is promised between this and other reads or writes.
    static func store(_ value: Self, to address: UnsafeMutablePointer<Self>)

    /// Writes the word after everything that this thread wrote before it.
    static func storeReleasing(_ value: Self, to address: UnsafeMutablePointer<Self>)
}

// SAFETY, of all that follows: `Atomic` is stored as nothing but its value, aligned as this, so a
// pointer to an aligned word is a pointer to an `Atomic` of it. Callers keep the address mapped.

extension UInt8: SharedWord {
    /// Reads the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func load(_ address: UnsafePointer<Self>) -> Self {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.load(ordering: .relaxed)
    }

    /// Reads the word; what its writer wrote before it is then seen as well.
    @inlinable @inline(__always)
    public static func loadAcquiring(_ address: UnsafePointer<Self>) -> Self {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.load(ordering: .acquiring)
    }

    /// Writes the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func store(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.store(value, ordering: .relaxed)
    }

    /// Writes the word after everything that this thread wrote before it.
    @inlinable @inline(__always)
    public static func storeReleasing(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.store(value, ordering: .releasing)
    }
}

extension UInt32: SharedWord {
    /// Reads the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func load(_ address: UnsafePointer<Self>) -> Self {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.load(ordering: .relaxed)
    }

    /// Reads the word; what its writer wrote before it is then seen as well.
    @inlinable @inline(__always)
    public static func loadAcquiring(_ address: UnsafePointer<Self>) -> Self {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.load(ordering: .acquiring)
    }

    /// Writes the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func store(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.store(value, ordering: .relaxed)
    }

    /// Writes the word after everything that this thread wrote before it.
    @inlinable @inline(__always)
    public static func storeReleasing(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.store(value, ordering: .releasing)
    }
}

extension UInt64: SharedWord {
    /// Reads the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func load(_ address: UnsafePointer<Self>) -> Self {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.load(ordering: .relaxed)
    }

    /// Reads the word; what its writer wrote before it is then seen as well.
    @inlinable @inline(__always)
    public static func loadAcquiring(_ address: UnsafePointer<Self>) -> Self {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.load(ordering: .acquiring)
    }

    /// Writes the word; no order is promised between this and other reads or writes.
    @inlinable @inline(__always)
    public static func store(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.store(value, ordering: .relaxed)
    }

    /// Writes the word after everything that this thread wrote before it.
    @inlinable @inline(__always)
    public static func storeReleasing(_ value: Self, to address: UnsafeMutablePointer<Self>) {
        UnsafeRawPointer(address).assumingMemoryBound(to: Atomic<Self>.self)
            .pointee.store(value, ordering: .releasing)
    }
}
