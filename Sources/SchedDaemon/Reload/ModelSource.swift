public import MLPInference
internal import MLSched

/// Where the model comes from, at the start and at each reload.
public struct ModelSource: Sendable {
    /// The file; nil for a model that is part of the program and never changes.
    public let path: String?
    private let kernel: KernelChoice
    private let builtIn: @Sendable () throws -> Model

    /// A model from a file, or else the one that is built in.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - kernel: what is to evaluate the file's.
    ///   - builtIn: loads the other one.
    public init(
        path: String?,
        kernel: KernelChoice = .auto,
        builtIn: @escaping @Sendable () throws -> Model
    ) {
        self.path = path
        self.kernel = kernel
        self.builtIn = builtIn
    }

    /// Reads and self-tests the model, and checks that its features are measured here.
    ///
    /// - Throws: `ModelError` or `SchemaError`.
    public func load() throws -> Model {
        let model = try path.map { try Model(path: $0, kernel: kernel) } ?? builtIn()
        _ = try FeatureSchema(model)
        return model
    }
}
