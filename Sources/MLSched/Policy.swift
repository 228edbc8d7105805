/// Who decides whether a candidate migrates.
public enum Policy: String, BitwiseCopyable, CaseIterable, Sendable {
    /// The model; the fallback rule for as long as the model has not decided.
    case model
    /// The fallback rule alone.
    case heuristic
    /// Every candidate migrates.
    case always
    /// No candidate migrates, unless it has waited too long.
    case never

    /// What the policy decides without asking a model, or nil where it has to be asked.
    public func decision(for pattern: Pattern) -> Decision? {
        switch self {
        case .model: nil
        case .heuristic: pattern.heuristicDecision
        case .always: .migrate
        case .never: .stay
        }
    }
}
