/// Why something could not be measured, compared or drawn.
public struct BenchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence: what failed, on what, and what to do about it.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
