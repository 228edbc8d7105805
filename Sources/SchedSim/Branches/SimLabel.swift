public import MLSched

/// One decision, both answers tried: what each led to, in the same futures.
public struct SimLabel: Sendable {
    /// The candidate.
    public let candidate: SimCandidate
    /// What the base policy said; nil where it did not decide.
    public let said: Decision?
    /// What staying led to, in each future.
    public let stay: [SimOutcome]
    /// What migrating led to, in each future.
    public let migrate: [SimOutcome]

    /// By how much migrating was better, mean over the futures, ns of waiting and refill.
    public var margin: Double {
        let differences = zip(stay, migrate).map { Double($0.cost - $1.cost) }
        return differences.reduce(0, +) / Double(max(1, differences.count))
    }
}
