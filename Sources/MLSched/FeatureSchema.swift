public import MLPInference

/// Which live feature goes to which input of a model.
public struct FeatureSchema: Equatable, Sendable {
    /// The features in the order of the model's inputs.
    public let columns: [LiveFeature]

    /// The schema of a model, whose features may come in any order and number.
    ///
    /// - Throws: `SchemaError` where the model needs a feature that no scheduler supplies, or
    ///   does not give exactly one output.
    public init(_ model: Model) throws(SchemaError) {
        guard model.outputCount == 1 else {
            throw .wrongOutputCount(model.outputCount)
        }
        var columns: [LiveFeature] = []
        for (input, feature) in model.features.enumerated() {
            guard let live = LiveFeature(rawValue: feature.name) else {
                throw .unknownFeature(feature.name, input: input)
            }
            columns.append(live)
        }
        self.columns = columns
    }

    /// Whether a decision table can hold what the model decides: it knows patterns alone.
    package var fitsPatterns: Bool { columns.allSatisfy(\.isInPattern) }

    /// Checks that a decision table can hold what the model decides.
    ///
    /// - Throws: `SchemaError` naming the first feature that no pattern has.
    func requirePatterns() throws(SchemaError) {
        guard let input = columns.firstIndex(where: { !$0.isInPattern }) else { return }
        throw .notInPattern(columns[input].rawValue, input: input)
    }
}

/// Why a model cannot decide migrations, although its file is sound.
public enum SchemaError: Error, Equatable, Sendable {
    /// The model needs a feature that is not measured.
    case unknownFeature(String, input: Int)
    /// The model needs a feature that decision tables do not know.
    case notInPattern(String, input: Int)
    /// The model does not give one output, the score.
    case wrongOutputCount(Int)
}

extension SchemaError: CustomStringConvertible {
    /// One sentence: what the model asks for, and what there is instead.
    public var description: String {
        switch self {
        case .unknownFeature(let name, let input):
            "the model's input \(input) is \(name), which is not measured here; export it with "
                + "features out of " + LiveFeature.allCases.map(\.rawValue).joined(separator: ", ")
        case .notInPattern(let name, let input):
            "the model's input \(input) is \(name), which no decision table holds; export it with "
                + "features out of "
                + LiveFeature.allCases.filter(\.isInPattern).map(\.rawValue)
                .joined(separator: ", ")
        case .wrongOutputCount(let count):
            "the model gives \(count) outputs, but a decision needs exactly one; export a model "
                + "with a single output"
        }
    }
}
