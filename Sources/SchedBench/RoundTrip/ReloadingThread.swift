internal import LinuxSystem
internal import MLPInference
internal import SchedDaemon
internal import Synchronization

/// A thread that replaces the model of a loop again and again.
final class ReloadingThread: Sendable {
    private let body = Body()
    private let thread: PosixThread

    /// Starts to replace.
    ///
    /// - Throws: `SystemError` without a thread.
    init(_ loop: DecisionLoop, _ model: Model) throws(SystemError) {
        let body = body
        thread = try PosixThread(named: "bench-reloader") { body.run(loop, model) }
    }

    /// Ends the thread when the replacement that it is at is done.
    ///
    /// - Returns: how many there were.
    func stop() -> Int {
        body.isStopped.store(true, ordering: .relaxed)
        thread.join()
        return body.count.load(ordering: .relaxed)
    }

    private final class Body: Sendable {
        let isStopped = Atomic(false)
        let count = Atomic(0)

        func run(_ loop: DecisionLoop, _ model: Model) {
            while !isStopped.load(ordering: .relaxed) {
                let reply = Reply<Bool>()
                loop.replaceModel(with: model, filling: .milliseconds(200)) { result in
                    reply.give((try? result.get()) != nil)
                }
                guard reply.wait() == true else { return }
                count.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }
}
