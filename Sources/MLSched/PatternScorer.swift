public import MLPInference

/// Scores patterns by index in batches, without allocating: as the daemon asks a model.
///
/// ```swift
/// let space = try PatternSpace(cpuIDs: 8, online: 8)
/// var scorer = try PatternScorer(model: model, space: space)
/// scorer.decide(requestedPatterns, into: decisions)
/// ```
public struct PatternScorer: ~Copyable, Sendable {
    /// The machine whose patterns are scored.
    public let space: PatternSpace
    /// Scores above this mean migrate.
    public let threshold: Float
    private var scorer: FeatureScorer

    /// Prepares a model for a machine.
    ///
    /// - Parameters:
    ///   - model: gives one score for a candidate.
    ///   - space: the machine's patterns.
    /// - Throws: `SchemaError` where the model cannot be fed or gives no single score.
    /// - Complexity: allocates here and never again.
    public init(model: Model, space: PatternSpace) throws(SchemaError) {
        let schema = try FeatureSchema(model)
        try schema.requirePatterns()
        scorer = FeatureScorer(model, schema)
        threshold = model.threshold
        self.space = space
    }

    /// Scores patterns.
    ///
    /// - Parameters:
    ///   - patterns: indices in the space, any number. One outside the space gets a score
    ///     without a meaning; nothing else happens.
    ///   - scores: receives one score per pattern, in order. NaN means that the network
    ///     overflowed.
    /// - Precondition: `scores` has room for every pattern.
    /// - Complexity: O(patterns · multiply-adds); allocates nothing.
    public mutating func score(
        _ patterns: UnsafeBufferPointer<UInt32>,
        into scores: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(scores.count >= patterns.count, "scores have room for every pattern")
        scorer.score(count: patterns.count) { [space] in
            space.uncheckedFeatures(at: patterns[$0])
        } receive: {
            scores[$0] = $1
        }
    }

    /// Decides patterns: migrate where the score is above the threshold, stay elsewhere, for a
    /// score of NaN too.
    ///
    /// - Parameters:
    ///   - patterns: indices in the space, any number.
    ///   - decisions: receives one byte of a decision table per pattern, a raw `Decision`.
    /// - Precondition: `decisions` has room for every pattern.
    /// - Complexity: O(patterns · multiply-adds); allocates nothing.
    public mutating func decide(
        _ patterns: UnsafeBufferPointer<UInt32>,
        into decisions: UnsafeMutableBufferPointer<UInt8>
    ) {
        precondition(decisions.count >= patterns.count, "decisions have room for every pattern")
        scorer.score(count: patterns.count) { [space] in
            space.uncheckedFeatures(at: patterns[$0])
        } receive: { [threshold] in
            decisions[$0] = Decision(migrate: $1 > threshold).rawValue
        }
    }
}
