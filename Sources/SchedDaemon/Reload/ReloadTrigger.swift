internal import Synchronization
internal import UnixSignals

/// Says when the model is to be read again: after SIGHUP, or when its file was replaced.
final class ReloadTrigger: Sendable {
    private let wasHungUp = Atomic(false)
    private let watch: Mutex<FileWatch?>
    private let listener: Mutex<Task<Void, Never>?>

    /// Listens from now on.
    ///
    /// - Parameter watchedPath: the file to watch; nil: none.
    init(watching watchedPath: String?) {
        watch = Mutex(watchedPath.map(FileWatch.init))
        listener = Mutex(nil)
    }

    /// Catches SIGHUP, which would otherwise end the program.
    func listen() {
        let task = Task { [weak self] in
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                self?.wasHungUp.store(true, ordering: .relaxed)
            }
        }
        listener.withLock { $0 = task }
    }

    /// Whether there was a reason since the last call.
    func fires() -> Bool {
        let sawChange = watch.withLock { $0?.sawChange() ?? false }
        return wasHungUp.exchange(false, ordering: .relaxed) || sawChange
    }

    deinit {
        listener.withLock { $0?.cancel() }
    }
}
