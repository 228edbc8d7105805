internal import MLPInference

/// The library as embedders call it, scaling of raw features included.
struct LibrarySubject: InferenceSubject, ~Copyable {
    private var evaluator: MLPEvaluator
    private let rows: AlignedFloats
    /// The last results.
    let outputs: AlignedFloats
    private let chained: AlignedFloats
    private let width: Int

    /// Prepares at most that many rows, for the kernel that the model was loaded for or another.
    init(_ model: Model, kernel: KernelChoice? = nil, rows count: Int) {
        evaluator = MLPEvaluator(model, kernel: kernel)
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
