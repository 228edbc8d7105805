internal import MLPInference

/// The library as embedders call it, scaling of raw features included.
struct LibrarySubject: InferenceSubject, ~Copyable {
    static let name = "mlsched"

    private var evaluator: MLPEvaluator
    private let rows: AlignedFloats
    /// The last results.
    let outputs: AlignedFloats
    private let chained: AlignedFloats
    private let width: Int

    /// Prepares at most that many rows.
    init(_ model: Model, rows count: Int) {
        evaluator = MLPEvaluator(model)
        width = model.inputCount
        rows = AlignedFloats(rawRows: count, of: model)
        outputs = AlignedFloats(count: count * model.outputCount)
        chained = AlignedFloats(rawRows: 1, of: model)
    }

    mutating func evaluate(rows count: Int) {
        evaluator.evaluate(rows.prefix(count &* width), into: outputs.all)
    }

    mutating func evaluateChained() {
        chained.start[width - 1] = outputs.start[0]
        evaluator.evaluate(chained.prefix(width), into: outputs.all)
    }
}
