/// Who decides whether a candidate migrates.
public enum Policy: String, BitwiseCopyable, CaseIterable, Sendable {
    /// The model; the fallback rule for as long as the model has not decided.
    case model
    /// The fallback rule alone.
    case heuristic
    /// Candidates migrate that save more waiting than their caches cost.
    case cost
    /// Every candidate migrates.
    case always
    /// No candidate migrates, unless it has waited too long.
    case never

    /// What the policy decides on a pattern, or nil where that depends on more.
    public func decision(for pattern: Pattern) -> Decision? {
        switch self {
        case .model, .cost: nil
        case .heuristic: pattern.heuristicDecision
        case .always: .migrate
        case .never: .stay
        }
    }
}
