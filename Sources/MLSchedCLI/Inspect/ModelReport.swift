import MLPInference
import MLSched

/// All that a model file holds.
struct ModelReport: Encodable {
    /// Where it was read; nil for the built-in model.
    let path: String?
    let formatVersion: UInt32
    let bytes: Int
    let sha256: String
    /// Eight hexadecimal digits.
    let crc32: String
    let features: [FeatureReport]
    let layers: [LayerReport]
    let parameters: Int
    let multiplyAdds: Int
    let threshold: Float
    let provenance: String
    let testVectors: Int
    /// The largest difference in the self-test, in parts of `max(1, |expected|)`.
    let worstDifference: Float
    /// Why `mlsched run` refuses the model; nil when it does not.
    let refusal: String?
    /// Only when asked for.
    let vectors: [VectorReport]?

    init(_ model: Model, path: String?, withVectors: Bool) {
        let vectors = VectorReport.all(of: model)
        self.path = path
        formatVersion = ModelFormat.version
        bytes = model.byteCount
        sha256 = model.sha256
        let digits = String(model.checksum, radix: 16)
        crc32 = String(repeating: "0", count: 8 - digits.count) + digits
        features = model.features.map(FeatureReport.init)
        layers = model.layers.indices.map { LayerReport($0, of: model) }
        parameters = model.parameterCount
        multiplyAdds = model.multiplyAddCount
        threshold = model.threshold
        provenance = model.provenance
        testVectors = model.testVectorCount
        worstDifference = vectors.map(\.difference).max() ?? 0
        refusal = Self.refusal(of: model)
        self.vectors = withVectors ? vectors : nil
    }

    private static func refusal(of model: Model) -> String? {
        do throws(SchemaError) {
            _ = try FeatureSchema(model)
            return nil
        } catch {
            return error.description
        }
    }
}
