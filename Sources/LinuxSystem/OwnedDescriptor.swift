internal import Glibc

/// An open file descriptor, closed with its owner.
///
/// swift-system's `FileDescriptor` is a number that anybody may copy and nobody closes, and it
/// knows neither epoll nor eventfd.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number; valid as long as its owner.
    public let raw: Int32

    /// Takes over what a call returned: a descriptor, or -1 and `errno`.
    ///
    /// - Throws: `SystemError` of that operation on that object when it is -1.
    public init(_ result: Int32, _ operation: String, _ name: String) throws(SystemError) {
        guard result >= 0 else { throw SystemError(operation, name, errno: errno) }
        raw = result
    }

    /// A second descriptor of an open file, so that it outlives the first.
    ///
    /// - Throws: `SystemError` with `EMFILE` when the process has no room for it.
    public init(duplicating descriptor: Int32, name: String) throws(SystemError) {
        try self.init(fcntl(descriptor, F_DUPFD_CLOEXEC, 3), "duplicate the descriptor of", name)
    }

    deinit {
        close(raw)
    }
}

/// Runs a system call again for as long as a signal interrupts it.
///
/// - Parameter call: returns a negative number and sets `errno` when it fails.
/// - Returns: what it returned last.
public func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result < 0, errno == EINTR else { return result }
    }
}
