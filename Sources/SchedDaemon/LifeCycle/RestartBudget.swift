/// How often the scheduler may be attached again on the kernel's own request.
///
/// Going on- and offline of CPUs in a row is normal, a storm of it is not: past the limit the
/// kernel's scheduler stays in charge.
struct RestartBudget<Instant: InstantProtocol> where Instant.Duration == Duration {
    private let limit: Int
    private let window: Duration
    private var restarts: [Instant] = []

    /// At most `limit` restarts in any `window`; by default 64, the CPUs of a socket that is taken
    /// offline, in a minute.
    init(limit: Int = 64, window: Duration = .seconds(60)) {
        self.limit = limit
        self.window = window
    }

    /// Whether one more restart is allowed at that time; if so it counts.
    mutating func allowsRestart(at now: Instant) -> Bool {
        restarts.removeAll { $0.duration(to: now) > window }
        guard restarts.count < limit else { return false }
        restarts.append(now)
        return true
    }
}
