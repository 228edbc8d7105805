import BPFRuntime
import Synchronization

/// Takes an error out of a thread.
final class ErrorBox: Sendable {
    private let storage = Mutex<BPFError?>(nil)

    /// The error, once its thread has been joined.
    var error: BPFError? {
        storage.withLock { $0 }
    }

    /// Keeps the error.
    func set(_ error: BPFError) {
        storage.withLock { $0 = error }
    }
}
