internal import CLinuxSystem
internal import Glibc

/// An eventfd: makes a descriptor readable, from any thread, so that who polls it wakes.
///
/// A class, as whoever rings shares it with whoever waits.
public final class Bell: Sendable {
    /// Readable from ``ring()`` to ``reset()``.
    public let descriptor: OwnedDescriptor

    /// A bell that has not rung.
    ///
    /// - Throws: `SystemError` with `EMFILE` when the process has no room for it.
    public init() throws(SystemError) {
        descriptor = try OwnedDescriptor(lnx_eventfd(), "make", "an eventfd")
    }

    /// Rings; may be called from a signal handler.
    public func ring() {
        var count: UInt64 = 1
        // Fails only when 2^64 - 1 rings are pending, and then it is readable anyway.
        _ = write(descriptor.raw, &count, MemoryLayout.size(ofValue: count))
    }

    /// Takes back all rings so far.
    public func reset() {
        var count: UInt64 = 0
        // Not blocking: fails only when nobody rang, and then there is nothing to take back.
        _ = read(descriptor.raw, &count, MemoryLayout.size(ofValue: count))
    }
}

extension OwnedDescriptor {
    /// The next connection that waits at a listening socket, not blocking; nil when there is none.
    public static func accepted(by socket: borrowing OwnedDescriptor) -> OwnedDescriptor? {
        let raw = retryingInterrupts { lnx_accept(socket.raw) }
        return try? OwnedDescriptor(raw, "accept", "a connection")
    }
}
