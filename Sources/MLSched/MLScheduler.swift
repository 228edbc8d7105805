public import MLPInference

/// Decides whether a task should move to another CPU domain.
///
/// ```swift
/// import MLPInference
/// import MLSched
///
/// var scheduler = try MLScheduler(model: Model(path: "weights/default.mlw"))
/// let features = try MigrationFeatures(
///     cpu: 4, cpuIdle: 2, cpuNotIdle: 6, srcDomLoad: 0.9, dstDomLoad: 0.2)
/// print(scheduler.shouldMigrate(features), scheduler.score(features))
/// ```
///
/// One value serves one thread at a time; a model can serve many schedulers.
public struct MLScheduler: ~Copyable, Sendable {
    /// Who decides.
    public let policy: Policy
    private var scorer: FeatureScorer
    private let threshold: Float

    /// A scheduler that asks a model.
    ///
    /// - Parameters:
    ///   - model: gives one score for the features of a task.
    ///   - policy: who decides; the model is asked only under `.model`.
    /// - Throws: `SchemaError` where the model needs features that are not measured, or gives
    ///   no single score.
    /// - Complexity: allocates here and, but for the array forms, never again.
    public init(model: Model, policy: Policy = .model) throws(SchemaError) {
        scorer = try FeatureScorer(model)
        threshold = model.threshold
        self.policy = policy
    }

    /// The network that is asked.
    public var model: Model { scorer.model }

    /// Whether a task should move.
    ///
    /// Under `.model` that is so where the score is above the model's threshold; a score of NaN
    /// means no.
    ///
    /// - Complexity: O(multiply-adds); allocates nothing.
    public mutating func shouldMigrate(_ features: MigrationFeatures) -> Bool {
        if let decision = policy.decision(for: Pattern(features)) { return decision == .migrate }
        return score(features) > threshold
    }

    /// Which tasks should move, in order.
    ///
    /// - Complexity: O(tasks · multiply-adds); allocates the result.
    public mutating func shouldMigrate(_ batch: [MigrationFeatures]) -> [Bool] {
        guard policy == .model else {
            return batch.map { policy.decision(for: Pattern($0)) == .migrate }
        }
        return scores(batch).map { [threshold] in $0 > threshold }
    }

    /// The network's output for a task, whatever the policy.
    ///
    /// - Complexity: O(multiply-adds); allocates nothing.
    public mutating func score(_ features: MigrationFeatures) -> Float {
        var score: Float = 0
        scorer.score(count: 1) { _ in
            features
        } receive: {
            score = $1
        }
        return score
    }

    /// The network's outputs for tasks, in order, whatever the policy.
    ///
    /// - Complexity: O(tasks · multiply-adds); allocates the result.
    public mutating func scores(_ batch: [MigrationFeatures]) -> [Float] {
        [Float](unsafeUninitializedCapacity: batch.count) { scores, count in
            // SAFETY: floats need no initialisation; every element is written.
            scorer.score(count: batch.count) {
                batch[$0]
            } receive: {
                scores[$0] = $1
            }
            count = batch.count
        }
    }
}
