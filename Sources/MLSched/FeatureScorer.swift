internal import MLPInference

/// Lays out features as a model wants them and evaluates block after block.
struct FeatureScorer: ~Copyable, @unchecked Sendable {
    // @unchecked: the memory belongs to this value alone; every method that writes is mutating.

    private var evaluator: MLPEvaluator
    private let width: Int
    private let columns: OwnedBuffer<LiveFeature>
    /// Values `(blockRows, width)`, row-major.
    private let inputs: OwnedBuffer<Float>
    /// Values `(blockRows, 1)`.
    private let outputs: OwnedBuffer<Float>

    /// Prepares a model.
    init(_ model: Model) throws(SchemaError) {
        try self.init(model, FeatureSchema(model))
    }

    /// Prepares a model of a known schema.
    init(_ model: Model, _ schema: FeatureSchema) {
        evaluator = MLPEvaluator(model)
        width = schema.columns.count
        columns = OwnedBuffer(count: width)
        inputs = OwnedBuffer(count: width * MLPEvaluator.blockRows)
        outputs = OwnedBuffer(count: MLPEvaluator.blockRows)
        for (column, feature) in schema.columns.enumerated() { columns.start[column] = feature }
    }

    /// The network.
    var model: Model { evaluator.model }

    /// Scores `count` candidates.
    ///
    /// - Parameters:
    ///   - count: any number.
    ///   - features: gives those of the candidate with an index, in order.
    ///   - receive: takes the index and its score, in order.
    @inline(__always)
    mutating func score(
        count: Int,
        features: (Int) -> MigrationFeatures,
        receive: (Int, Float) -> Void
    ) {
        // SAFETY: the buffers hold `blockRows` rows, and `rows` is not more.
        var start = 0
        while start < count {
            let rows = min(MLPEvaluator.blockRows, count &- start)
            for row in 0..<rows {
                fill(row, with: features(start &+ row))
            }
            evaluator.evaluate(
                UnsafeBufferPointer(start: inputs.start, count: rows &* width),
                into: UnsafeMutableBufferPointer(start: outputs.start, count: rows)
            )
            for row in 0..<rows {
                receive(start &+ row, outputs.start[row])
            }
            start &+= rows
        }
    }

    @inline(__always)
    private mutating func fill(_ row: Int, with features: MigrationFeatures) {
        let start = row &* width
        for column in 0..<width {
            inputs.start[start &+ column] = features[columns.start[column]]
        }
    }
}
