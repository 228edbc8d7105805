/// A trained network, read from a model file, checked and proven by its own test vectors.
///
/// ```swift
/// let model = try Model(path: "weights/default.mlw")
/// var evaluator = MLPEvaluator(model)
/// let outputs = evaluator.evaluate([4, 2, 6, 0.9, 0.2, 0, 0, 0, 0, 0])
/// ```
///
/// Copies share one immutable block of memory, in which the weights are used in place. The file
/// format is that of ``ModelFormat``.
public struct Model: Sendable {
    /// The version of the format that the file has.
    public let formatVersion: UInt32
    /// The inputs of the network, in order.
    public let features: [Feature]
    /// The layers, first to last; each takes what the one before gives.
    public let layers: [DenseLayer]
    /// The answer is yes where the network's output is greater than this.
    public let threshold: Float
    /// Where the weights come from, in the words of whoever wrote the file.
    public let provenance: String
    /// How many test vectors the file has; all have passed.
    public let testVectorCount: Int
    /// What is to evaluate it; its test vectors have passed there.
    public let kernel: KernelChoice
    /// The CRC-32 that the file carries, the short identity of a model.
    public let checksum: UInt32

    private(set) var storage: ModelBytes
    let layout: ModelLayout

    /// Reads a model file, checks every field and runs its test vectors.
    ///
    /// - Throws: `ModelError` for the first field that is wrong.
    /// - Complexity: O(file size + test vectors · multiply-adds); allocates the file's size.
    public init(path: String, kernel: KernelChoice = .auto) throws(ModelError) {
        do throws(ModelError) {
            try self.init(storage: ModelBytes(readingFrom: path), kernel)
        } catch {
            var located = error
            located.path = path
            throw located
        }
    }

    /// Reads a model from the bytes of a model file, which are copied.
    ///
    /// - Throws: `ModelError` for the first field that is wrong.
    /// - Complexity: as for a file.
    public init(
        bytes: UnsafeRawBufferPointer,
        kernel: KernelChoice = .auto
    ) throws(ModelError) {
        try self.init(storage: ModelBytes(copying: bytes), kernel)
    }

    /// Reads a model from the bytes of a model file.
    ///
    /// - Throws: `ModelError` for the first field that is wrong.
    public init(bytes: [UInt8], kernel: KernelChoice = .auto) throws(ModelError) {
        let storage: Result<ModelBytes, ModelError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(ModelError) in try ModelBytes(copying: buffer) }
        }
        try self.init(storage: storage.get(), kernel)
    }

    private init(storage: ModelBytes, _ kernel: KernelChoice) throws(ModelError) {
        let reader = ModelReader(bytes: storage.bytes)
        let header = try ModelHeader(reader)
        formatVersion = header.version
        features = try reader.features(header)
        layers = try reader.layers(header)
        let provenanceSection = Section(
            offset: header.layerSection.next,
            byteCount: header.provenanceSize
        )
        layout = ModelLayout(
            after: provenanceSection,
            layers: layers,
            testVectorCount: header.testVectorCount
        )
        guard layout.byteCount == storage.bytes.count else {
            throw reader.wrongSize("file", expected: layout.byteCount)
        }
        provenance = try reader.provenance(provenanceSection)
        try reader.checkNumbers(layout)
        threshold = header.threshold
        testVectorCount = header.testVectorCount
        checksum = header.checksum
        self.storage = storage
        self.kernel = kernel
        try selfTest()
    }
}

extension Model {
    /// Columns of the network's input.
    public var inputCount: Int { features.count }

    /// Columns of the network's output.
    public var outputCount: Int { layers[layers.count - 1].outputs }

    /// The size of the file.
    public var byteCount: Int { storage.bytes.count }

    /// Weights and biases of all layers together.
    public var parameterCount: Int {
        layers.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs }
    }

    /// Multiplications, each with an addition, that one evaluation takes.
    public var multiplyAddCount: Int { layers.reduce(0) { $0 + $1.inputs * $1.outputs } }

    /// The SHA-256 of the file, as `sha256sum` prints it.
    ///
    /// - Complexity: O(file size).
    public var sha256: String { SHA256.hexDigest(of: storage.bytes) }

    /// Lends the parameters of one layer, in place.
    ///
    /// - Parameters:
    ///   - index: the layer, 0 being the first.
    ///   - body: takes the weights `(inputs, outputs)`, row-major, and the bias `(outputs)`;
    ///     the pointers are valid only while it runs.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    /// - Precondition: the layer exists.
    public func withParameters<Result, Failure: Error>(
        ofLayer index: Int,
        _ body: (
            _ weights: UnsafeBufferPointer<Float>, _ bias: UnsafeBufferPointer<Float>
        ) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let sections = layout.parameters[index]
        return try body(floats(sections.weights), floats(sections.bias))
    }

    /// Lends the test vectors, in place.
    ///
    /// - Parameter body: takes raw inputs `(testVectorCount, inputCount)` and expected outputs
    ///   `(testVectorCount, outputCount)`, row-major; the pointers are valid only while it runs.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    public func withTestVectors<Result, Failure: Error>(
        _ body: (
            _ inputs: UnsafeBufferPointer<Float>, _ expected: UnsafeBufferPointer<Float>
        ) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(floats(layout.testInputs), floats(layout.testOutputs))
    }

    /// The floats of a section, valid as long as `storage` is.
    func floats(_ section: Section) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: pointer(to: section), count: section.byteCount / 4)
    }

    /// The start of a section of floats, valid as long as `storage` is.
    func pointer(to section: Section) -> UnsafePointer<Float> {
        // SAFETY: `init` has checked that the layout ends with the file; sections start at
        // multiples of 64 bytes, and nothing else is ever bound to the memory.
        (storage.start + section.offset).assumingMemoryBound(to: Float.self)
    }
}

extension Model {
    /// The same network with other weights, for which its test vectors do not hold: to measure
    /// what values do to the time.
    ///
    /// - Parameter weight: the new value of each weight.
    /// - Returns: a model with a copy of everything else.
    /// - Throws: `ModelError` where memory is exhausted.
    package func replacingWeights(
        _ weight: (Float) -> Float
    ) throws(ModelError) -> Model {
        var model = self
        model.storage = try ModelBytes(copying: storage.bytes)
        for sections in layout.parameters {
            // SAFETY: the copy is not shared yet, and has the layout of the checked original.
            let weights = UnsafeMutablePointer(mutating: model.pointer(to: sections.weights))
            for index in 0..<sections.weights.byteCount / 4 {
                weights[index] = weight(weights[index])
            }
        }
        return model
    }
}
