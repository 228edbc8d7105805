// Span arrived with Swift 6.2; this can lose its condition when 6.1 is no longer supported.
#if compiler(>=6.2)
extension PatternScorer {
    /// Scores patterns.
    ///
    /// - Parameters:
    ///   - patterns: indices in the space, any number.
    ///   - scores: receives one score per pattern, in order.
    /// - Precondition: `scores` has room for every pattern.
    /// - Complexity: O(patterns · multiply-adds); allocates nothing.
    public mutating func score(_ patterns: Span<UInt32>, into scores: inout MutableSpan<Float>) {
        patterns.withUnsafeBufferPointer { patterns in
            scores.withUnsafeMutableBufferPointer { scores in
                score(patterns, into: scores)
            }
        }
    }

    /// Decides patterns: migrate where the score is above the threshold, stay elsewhere.
    ///
    /// - Parameters:
    ///   - patterns: indices in the space, any number.
    ///   - decisions: receives one byte of a decision table per pattern, a raw `Decision`.
    /// - Precondition: `decisions` has room for every pattern.
    /// - Complexity: O(patterns · multiply-adds); allocates nothing.
    public mutating func decide(
        _ patterns: Span<UInt32>,
        into decisions: inout MutableSpan<UInt8>
    ) {
        patterns.withUnsafeBufferPointer { patterns in
            decisions.withUnsafeMutableBufferPointer { decisions in
                decide(patterns, into: decisions)
            }
        }
    }
}
#endif
