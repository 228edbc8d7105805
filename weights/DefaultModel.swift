public import MLPInference

/// The network that is shipped: trained by `mlsched-train`, described by `default.json`.
public enum DefaultModel {
    /// Reads the network out of the program itself.
    ///
    /// - Throws: `ModelError` when the program file was damaged.
    public static func load() throws(ModelError) -> Model {
        try Model(bytes: PackageResources.default_mlw)
    }
}
