/// Something that evaluates the network: the library, or plain C beside it.
protocol InferenceSubject: ~Copyable {
    /// Evaluates the first rows of its inputs.
    ///
    /// - Precondition: it was prepared for that many rows.
    mutating func evaluate(rows: Int)

    /// Evaluates one row of which an input is the last result, so that no call can begin before
    /// the one before it has ended.
    mutating func evaluateChained()
}
