public import MLPInference

/// The network that is shipped: trained by `mlsched-train`, described by `default.json`.
public enum DefaultModel {
    /// Reads the network out of the program itself.
    ///
    /// - Parameter kernel: what is to evaluate it.
    /// - Returns: the network, checked as any other.
    /// - Throws: `ModelError` when the program file was damaged.
    public static func load(kernel: KernelChoice = .auto) throws(ModelError) -> Model {
        try Model(bytes: PackageResources.default_mlw, kernel: kernel)
    }
}
