import CLibBPF
import Glibc
internal import LinuxSystem

/// Sleeps until a ring buffer has records or somebody calls `Waker.wake()`.
///
///     let waiter = try RingWaiter(ring)
///     while !stopped {
///         let count = ring.consume(into: batch)
///         if count > 0 {
///             answer(batch[..<count])
///         } else if ring.prepareToWait() {
///             try waiter.wait()
///         }
///     }
///
/// Blocks the calling thread, so that belongs to the caller alone, never to Swift's pool.
public struct RingWaiter: ~Copyable, Sendable {
    /// Ends a wait from any thread.
    public let waker: Waker
    private let epoll: OwnedDescriptor
    private let name: String

    /// Waits for records of one ring.
    public init(_ ring: borrowing RingBuffer) throws(BPFError) {
        let waker = try Waker()
        let name = ring.name
        let epoll = try asBPFError { () throws(SystemError) in
            try OwnedDescriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), "create an epoll for", name)
        }
        // Level-triggered, which is what makes it safe to stop in the middle of the ring: a
        // program wakes its reader only when that has caught up with the record it submits.
        for descriptor in [ring.descriptor.raw, waker.raw] {
            var event = epoll_event()
            event.events = EPOLLIN.rawValue
            event.data.fd = descriptor
            guard epoll_ctl(epoll.raw, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
                throw BPFError(operation: "wait for", name: name, errno: errno)
            }
        }
        self.name = name
        self.waker = waker
        self.epoll = epoll
    }

    /// Sleeps until there are records, the waker is called or the time has passed.
    ///
    /// - Parameter milliseconds: the longest wait; `nil` for no limit.
    /// - Returns: whether the waker was called since the last wait.
    /// - Throws: `BPFError` when the kernel refuses the wait, which is no matter of load.
    @discardableResult
    public borrowing func wait(milliseconds: Int32? = nil) throws(BPFError) -> Bool {
        var events = (epoll_event(), epoll_event())
        let count = withUnsafeMutablePointer(to: &events) { pair in
            pair.withMemoryRebound(to: epoll_event.self, capacity: 2) { events in
                retryingInterrupts { epoll_wait(epoll.raw, events, 2, milliseconds ?? -1) }
            }
        }
        guard count >= 0 else {
            throw BPFError(operation: "wait for", name: name, errno: errno)
        }
        let woken = waker.raw
        guard count > 0 && events.0.data.fd == woken || count > 1 && events.1.data.fd == woken
        else {
            return false
        }
        waker.reset()
        return true
    }
}

/// Ends the wait of a `RingWaiter`, or keeps it from beginning, from any thread.
///
/// A class, as whoever stops a loop shares it with the loop.
public final class Waker: Sendable {
    private let bell: Bell

    init() throws(BPFError) {
        bell = try asBPFError { () throws(SystemError) in try Bell() }
    }

    var raw: Int32 { bell.descriptor.raw }

    /// Lets the wait return now; may be called from a signal handler.
    public func wake() { bell.ring() }

    func reset() { bell.reset() }
}
