/// Performs what a ``RunSchedule`` says.
protocol RunHost: ~Copyable {
    /// Attaches to the kernel.
    ///
    /// - Throws: why it cannot; the run ends with that.
    mutating func attach(isAgain: Bool) async throws

    /// Looks at what has happened, ten times a second at least; before the first attachment, too.
    ///
    /// - Throws: what ends the run.
    mutating func look() async throws -> RunFindings

    /// Loads the model again; on any error the old one goes on.
    mutating func reload() async

    /// Reports an interval.
    ///
    /// - Throws: what ends the run.
    mutating func report() async throws

    /// Reports what is left and lets go.
    ///
    /// - Parameter isFinal: whether the run ends.
    /// - Throws: what ends the run.
    mutating func detach(isFinal: Bool) async throws
}

extension RunHost where Self: ~Copyable {
    /// Runs to the end of a schedule, or until the task is cancelled.
    ///
    /// - Parameters:
    ///   - schedule: says what to do next.
    ///   - clock: the time that it is told.
    /// - Throws: what the host throws.
    mutating func run<Time: Clock>(
        by schedule: consuming RunSchedule<Time.Instant>,
        on clock: Time
    ) async throws where Time.Duration == Duration {
        while true {
            var found = try await look()
            found.isCancelled = found.isCancelled || Task.isCancelled
            switch schedule.next(at: clock.now, seeing: found) {
            case .attach(let isAgain): try await attach(isAgain: isAgain)
            case .reload: await reload()
            case .report: try await report()
            // Cancelling ends the wait; the next look says so.
            case .wait(let time): try? await clock.sleep(until: time, tolerance: nil)
            case .detach(let isFinal): try await detach(isFinal: isFinal)
            case .finish: return
            }
        }
    }
}
