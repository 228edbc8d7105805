extension Model {
    /// A row of the network's input, from values by name.
    ///
    /// - Parameter values: raw values, one for each feature but the padding.
    /// - Returns: `(inputCount)`, in the order of the network's inputs.
    /// - Throws: `InputError.missing` or `.unknown`.
    /// - Complexity: O(features); allocates the row.
    public func row(_ values: [String: Float]) throws(InputError) -> [Float] {
        var row: [Float] = []
        row.reserveCapacity(inputCount)
        for feature in features {
            guard feature.name != Feature.paddingName else {
                row.append(0)
                continue
            }
            guard let value = values[feature.name] else {
                throw .missing(feature.name)
            }
            row.append(value)
        }
        let names = Set(features.lazy.map(\.name))
        if let unknown = values.keys.filter({ !names.contains($0) }).min() {
            throw .unknown(unknown)
        }
        return row
    }
}

extension MLPEvaluator {
    /// Evaluates rows, having looked at each one's width.
    ///
    /// - Parameter rows: raw feature values, `inputCount` in each.
    /// - Returns: `outputCount` values for each row.
    /// - Throws: `InputError.width` for the first row of another width; then nothing is evaluated.
    /// - Complexity: O(batch · multiply-adds); allocates the batch and the results.
    public mutating func evaluate(rows: [[Float]]) throws(InputError) -> [[Float]] {
        let (width, results) = (model.inputCount, model.outputCount)
        for (index, row) in rows.enumerated() where row.count != width {
            throw .width(row: index, expected: width, actual: row.count)
        }
        let outputs = evaluate(Array(rows.joined()))
        return rows.indices.map { Array(outputs[$0 * results..<($0 + 1) * results]) }
    }
}
