internal import Synchronization

/// Evaluators of one network for callers on several threads.
///
/// An evaluator owns its scratch memory, so that one thread at a time may use it. The pool lends one
/// to each caller and makes as many as there are callers at once.
///
/// ```swift
/// let pool = EvaluatorPool(model)
/// let scores = pool.withEvaluator { $0.evaluate(inputs) }
/// ```
public final class EvaluatorPool: Sendable {
    /// The network.
    public let model: Model

    private let idle = Mutex<[Slot]>([])

    /// A pool without any evaluator yet.
    public init(_ model: Model) {
        self.model = model
    }

    /// Lends an evaluator, a new one where all are in use.
    ///
    /// - Parameter body: what to do with it; it must not keep it.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    /// - Complexity: takes a lock twice, for a few instructions; a new evaluator allocates.
    public func withEvaluator<Result, Failure: Error>(
        _ body: (inout MLPEvaluator) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let slot = idle.withLock { $0.popLast() } ?? Slot(model)
        defer { idle.withLock { $0.append(slot) } }
        return try body(&slot.evaluator)
    }

    /// An evaluator that can be put aside.
    private final class Slot: @unchecked Sendable {
        // @unchecked: whoever has taken it from the pool is its only user.
        var evaluator: MLPEvaluator

        init(_ model: Model) {
            evaluator = MLPEvaluator(model)
        }
    }
}
