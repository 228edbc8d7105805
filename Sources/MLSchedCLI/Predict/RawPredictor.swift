import MLPInference

/// Evaluates rows of a model's raw inputs, whatever they mean, and writes the raw outputs.
struct RawPredictor: LineHandler, ~Copyable {
    private var evaluator: MLPEvaluator
    private let writesJSON: Bool
    /// Values `(pending rows, inputs)`, row-major.
    private var pending: [Float] = []
    private var output = OutputBuffer()

    init(_ model: Model, writesJSON: Bool) {
        evaluator = MLPEvaluator(model)
        self.writesJSON = writesJSON
    }

    mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(RowError) {
        let expected = evaluator.model.inputCount
        var count = 0
        for field in CSVFields(line) {
            count += 1
            guard let value = NumberText.float(field) else {
                drop(count - 1)
                throw RowError("column \(count) is \(excerpt(field)), but must be a number")
            }
            pending.append(value)
        }
        guard count == expected else {
            drop(count)
            throw RowError("\(count) columns, but the model has \(expected) inputs")
        }
    }

    mutating func deliver() throws(Failure) {
        let width = evaluator.model.outputCount
        let results = evaluator.evaluate(pending)
        pending.removeAll(keepingCapacity: true)
        for start in stride(from: 0, to: results.count, by: width) {
            let row = results[start..<start + width]
            if writesJSON {
                output.append("[" + row.map(jsonNumber).joined(separator: ",") + "]")
            } else {
                output.append(row.map(\.description).joined(separator: ","))
            }
            try output.endLine()
        }
        try output.flush()
    }

    /// Takes back what was read of a row that is refused.
    private mutating func drop(_ count: Int) {
        pending.removeLast(count)
    }
}
