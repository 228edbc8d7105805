internal import Glibc
internal import Synchronization

/// A value that one thread waits for and another gives.
final class Reply<Value: Sendable>: @unchecked Sendable {
    // @unchecked: the semaphore is made for being shared, and lives at one address.
    private let value = Mutex<Value?>(nil)
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Gives the value; called once.
    func give(_ value: Value) {
        self.value.withLock { $0 = value }
        sem_post(semaphore)
    }

    /// Waits for the value and takes it.
    func wait() -> Value? {
        while sem_wait(semaphore) != 0, errno == EINTR {}
        return value.withLock { $0 }
    }
}
