/// The function applied to every output of a dense layer, by its code in a model file.
public enum Activation: UInt32, Sendable, CaseIterable {
    /// `x`
    case identity = 0
    /// `max(x, 0)`
    case relu = 1
    /// `1 / (1 + e⁻ˣ)`
    case sigmoid = 2
    /// `tanh(x)`
    case tanh = 3
}
