internal import Glibc
internal import Synchronization

/// A value that one thread waits for and another one, or a task, gives.
public final class Reply<Value: Sendable>: @unchecked Sendable {
    // @unchecked: the semaphore is made for being shared, and lives at one address.
    private let value = Mutex<Value?>(nil)
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// A value that nobody has given yet.
    public init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Gives the value; called once.
    public func give(_ value: Value) {
        self.value.withLock { $0 = value }
        sem_post(semaphore)
    }

    /// Waits for the value.
    public func wait() -> Value? {
        while sem_wait(semaphore) != 0, errno == EINTR {}
        return value.withLock { $0 }
    }

    /// Waits for the value, but not for ever.
    ///
    /// - Returns: nil when the time is over; the value may then still be given, to nobody.
    public func wait(forSeconds seconds: Int) -> Value? {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += seconds
        while sem_timedwait(semaphore, &deadline) != 0, errno == EINTR {}
        return value.withLock { $0 }
    }
}
