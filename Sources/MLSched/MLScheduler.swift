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
    private var cache: DecisionCache
    private let usesCache: Bool

    /// A scheduler that asks a model.
    ///
    /// - Parameters:
    ///   - model: gives one score for the features of a task.
    ///   - policy: who decides; the model is asked only under `.model`.
    ///   - cacheCapacity: decisions to keep for tasks that are asked about again; 0 for none.
    ///     With a cache loads count in tenths, as in the kernel, so that a decision does not
    ///     depend on who asked first. A model of features that no pattern holds gets none.
    /// - Throws: `SchemaError` where the model needs features that are not measured, or gives
    ///   no single score.
    /// - Precondition: the capacity is not negative.
    /// - Complexity: allocates here and, but for the array forms, never again.
    public init(
        model: Model,
        policy: Policy = .model,
        cacheCapacity: Int = 0
    ) throws(SchemaError) {
        let schema = try FeatureSchema(model)
        scorer = FeatureScorer(model, schema)
        threshold = model.threshold
        self.policy = policy
        usesCache = cacheCapacity != 0 && schema.fitsPatterns
        cache = DecisionCache(capacity: usesCache ? cacheCapacity : 1)
    }

    /// The network that is asked.
    public var model: Model { scorer.model }

    /// Decisions that were found in the cache, and those that were not.
    public var cacheStatistics: (hits: Int, misses: Int) { (cache.hits, cache.misses) }

    /// Whether a task should move.
    ///
    /// Under `.model` that is so where the score is above the model's threshold; a score of NaN
    /// means no.
    ///
    /// - Complexity: O(multiply-adds), or O(1) for a decision in the cache; allocates nothing.
    public mutating func shouldMigrate(_ features: MigrationFeatures) -> Bool {
        if let decision = known(features) { return decision == .migrate }
        let decision = Decision(
            migrate: score(usesCache ? features.quantised : features) > threshold
        )
        if usesCache { cache.insert(decision, for: features) }
        return decision == .migrate
    }

    /// Which tasks should move, in order.
    ///
    /// - Complexity: O(tasks · multiply-adds); allocates the result.
    public mutating func shouldMigrate(_ batch: [MigrationFeatures]) -> [Bool] {
        var answers: [Bool] = []
        answers.reserveCapacity(batch.count)
        var unknown: [Int] = []
        for (index, features) in batch.enumerated() {
            let decision = known(features)
            if decision == nil { unknown.append(index) }
            answers.append(decision == .migrate)
        }
        let scores = scores(
            unknown.map { [usesCache] in usesCache ? batch[$0].quantised : batch[$0] }
        )
        for (index, score) in zip(unknown, scores) {
            answers[index] = score > threshold
            if usesCache {
                cache.insert(Decision(migrate: answers[index]), for: batch[index])
            }
        }
        return answers
    }

    /// The network's output for a task, whatever the policy and without the cache.
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

    /// The network's outputs for tasks, in order, whatever the policy and without the cache.
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

    /// What can be decided without the network: by another policy, or from the cache.
    private mutating func known(_ features: MigrationFeatures) -> Decision? {
        switch policy {
        case .model: usesCache ? cache.decision(for: features) : nil
        case .cost: features.costDecision
        case .heuristic, .always, .never: policy.decision(for: Pattern(features))
        }
    }
}
