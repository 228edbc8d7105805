internal import CLinuxSystem
internal import Glibc
internal import Synchronization

/// A thread of its own for work that blocks, which Swift's shared threads must not do.
public final class PosixThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: at most 15 bytes; what `ps -L` and `top -H` show.
    ///   - body: what the thread runs.
    /// - Throws: `SystemError` with `EAGAIN` when the system has no room for another thread.
    public init(named name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = Unmanaged.passRetained(
            Body {
                _ = lnx_name_thread(name)
                body()
            }
        )
        var handle = pthread_t()
        let error = pthread_create(
            &handle,
            nil,
            { argument in
                guard let argument else { return nil }
                // SAFETY: the retained box of `init`, taken over exactly once.
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            box.toOpaque()
        )
        guard error == 0 else {
            box.release()
            throw SystemError("start the thread", name, errno: error)
        }
        self.handle = handle
    }

    /// Waits for the thread's end; a second call returns at once.
    public func join() {
        guard !isJoined.exchange(true, ordering: .relaxed) else { return }
        pthread_join(handle, nil)
    }

    /// Lets the thread end by itself; it cannot be joined any more.
    public func detach() {
        guard !isJoined.exchange(true, ordering: .relaxed) else { return }
        pthread_detach(handle)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
