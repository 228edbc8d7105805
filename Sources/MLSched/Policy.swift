internal import CMLSchedABI

/// Who decides whether a candidate migrates.
public enum Policy: String, Sendable, CaseIterable {
    /// The model; the fallback rule for as long as the model has not decided.
    case model
    /// The fallback rule alone.
    case heuristic
    /// Every candidate migrates.
    case always
    /// No candidate migrates, unless it has waited too long.
    case never
}
