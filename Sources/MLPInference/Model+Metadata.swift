extension Model {
    /// What a model file says of itself, to be stored or sent as JSON or the like.
    public struct Metadata: Codable, Equatable, Sendable {
        /// The version of the file's format.
        public let formatVersion: UInt32
        /// The inputs of the network, in order.
        public let features: [Feature]
        /// The layers, first to last.
        public let layers: [DenseLayer]
        /// The answer is yes where the network's output is greater than this.
        public let threshold: Float
        /// Where the weights come from.
        public let provenance: String
        /// How many test vectors the file has.
        public let testVectorCount: Int
        /// The CRC-32 that the file carries.
        public let checksum: UInt32
        /// The SHA-256 of the file, as `sha256sum` prints it.
        public let sha256: String
    }

    /// What the file says of itself, but for weights and test vectors.
    ///
    /// - Complexity: O(file size), for the SHA-256.
    public var metadata: Metadata {
        Metadata(
            formatVersion: formatVersion,
            features: features,
            layers: layers,
            threshold: threshold,
            provenance: provenance,
            testVectorCount: testVectorCount,
            checksum: checksum,
            sha256: sha256
        )
    }
}

extension Activation: Codable {
    private enum Key: String, CodingKey {
        case code, alpha, beta
    }

    /// Reads the code and the parameters of a function.
    ///
    /// - Throws: `DecodingError` where one is missing or the code is unknown.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let code = try values.decode(UInt32.self, forKey: .code)
        let alpha = try values.decode(Float.self, forKey: .alpha)
        let beta = try values.decode(Float.self, forKey: .beta)
        guard let activation = Activation(code: code, alpha: alpha, beta: beta) else {
            throw DecodingError.dataCorruptedError(
                forKey: .code,
                in: values,
                debugDescription: "activation \(code) is unknown"
            )
        }
        self = activation
    }

    /// Writes the code and the parameters as a model file has them.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(code, forKey: .code)
        try values.encode(parameters.alpha, forKey: .alpha)
        try values.encode(parameters.beta, forKey: .beta)
    }
}
