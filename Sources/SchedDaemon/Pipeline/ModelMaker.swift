internal import CMLSchedABI
internal import MLPInference
internal import MLSched

/// Decides by a model: pattern by pattern here, or, for a model of the task, by a network that the
/// kernel evaluates itself.
struct ModelMaker: ~Copyable, DecisionMaker {
    private var scorer: PatternScorer?
    private let fixedPoint: FixedPointNetwork?

    /// Prepares a model for a machine.
    ///
    /// - Throws: `SchemaError` for a model that cannot be fed, `NetworkError` for one of the task
    ///   that the kernel cannot evaluate, or not as it is.
    /// - Complexity: for a model of the task 100,000 evaluations, some 0.2 s.
    init(_ model: Model, space: PatternSpace) throws {
        guard try !FeatureSchema(model).fitsPatterns else {
            scorer = try PatternScorer(model: model, space: space)
            fixedPoint = nil
            return
        }
        var network = try FixedPointNetwork(model, space: space)
        let agreement = try NetworkAgreement(of: model, with: &network, space: space)
        guard agreement.isSufficient else { throw NetworkError.disagrees(agreement) }
        scorer = nil
        fixedPoint = consume network
    }

    /// Decides patterns; with a network nobody asks for them any more, and they stay undecided.
    mutating func decide(
        _ patterns: UnsafeBufferPointer<UInt32>,
        into decisions: UnsafeMutableBufferPointer<UInt8>
    ) {
        if scorer == nil {
            decisions.update(repeating: UInt8(MLS_UNDECIDED.rawValue))
        } else {
            scorer?.decide(patterns, into: decisions)
        }
    }

    var network: UnsafePointer<mls_network>? {
        // Not by optional chaining, which would consume what cannot be copied.
        switch fixedPoint {
        case .some(let network): network.pointer
        case .none: nil
        }
    }
}
