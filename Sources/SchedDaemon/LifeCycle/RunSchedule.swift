/// What was found at a look.
struct RunFindings: Equatable {
    /// What the kernel says when it has let go; nil while it has not.
    var exit: ExitReport?
    /// Whether the model is to be loaded again.
    var isReloadDue = false
    /// Whether somebody wants the end.
    var isCancelled = false
}

/// When a run attaches, looks, reloads, reports and ends.
///
/// Arithmetic alone: it is told the time and what was found, and says what to do next. Whoever
/// performs that asks again afterwards.
struct RunSchedule<Instant: InstantProtocol> where Instant.Duration == Duration {
    /// What to do next.
    enum Action: Equatable {
        /// Attach; again, after the kernel has asked for it.
        case attach(isAgain: Bool)
        /// Load the model again.
        case reload
        /// Report an interval.
        case report
        /// Wait so long at most, and look again.
        case wait(until: Instant)
        /// Let go, for good or to attach again.
        case detach(isFinal: Bool)
        /// Nothing: the run has ended.
        case finish
    }

    private enum State {
        case detached(isAgain: Bool)
        case attaching
        case attached
        case ended
    }

    private let interval: Duration?
    private let duration: Duration?
    private let lookInterval: Duration
    private var budget: RestartBudget<Instant>
    private var state = State.detached(isAgain: false)
    private var deadline: Instant?
    private var nextReport: Instant?

    /// A run that has not begun.
    ///
    /// - Parameters:
    ///   - interval: how often to report; nil: never.
    ///   - duration: when to end, counted from the first attachment; nil: when told.
    ///   - lookInterval: how soon anything is noticed, at the latest.
    ///   - budget: how often the kernel may ask for another attachment.
    init(
        interval: Duration?,
        duration: Duration?,
        lookInterval: Duration = .milliseconds(100),
        budget: RestartBudget<Instant> = RestartBudget()
    ) {
        self.interval = interval
        self.duration = duration
        self.lookInterval = lookInterval
        self.budget = budget
    }

    /// What to do now, given what was found just now.
    mutating func next(at now: Instant, seeing found: RunFindings) -> Action {
        switch state {
        case .detached(let isAgain):
            state = .attaching
            return .attach(isAgain: isAgain)
        case .attaching:
            // Counted from here: on a busy machine loading the program takes a while.
            deadline = deadline ?? duration.map { now.advanced(by: $0) }
            nextReport = nextReport ?? interval.map { now.advanced(by: $0) }
            state = .attached
            return look(at: now, found)
        case .attached:
            return look(at: now, found)
        case .ended:
            return .finish
        }
    }

    private mutating func look(at now: Instant, _ found: RunFindings) -> Action {
        if found.exit != nil || found.isCancelled || deadline.map({ now >= $0 }) ?? false {
            return end(at: now, found)
        }
        if found.isReloadDue { return .reload }
        if let due = nextReport, let interval, now >= due {
            // What was missed while the machine was busy is not made up for.
            nextReport = max(due.advanced(by: interval), now.advanced(by: interval / 2))
            return .report
        }
        let wakeUps = [now.advanced(by: lookInterval), deadline, nextReport].compactMap { $0 }
        return .wait(until: wakeUps.min() ?? now)
    }

    private mutating func end(at now: Instant, _ found: RunFindings) -> Action {
        let isAgain =
            !found.isCancelled && found.exit?.asksForRestart ?? false
            && budget.allowsRestart(at: now)
        state = isAgain ? .detached(isAgain: true) : .ended
        return .detach(isFinal: !isAgain)
    }
}
