/// Why a model file was refused, and where in it.
public struct ModelError: Error, Equatable, Sendable {
    /// What is wrong with a field of the file, or with the file itself.
    public enum Reason: Equatable, Sendable {
        /// A system call failed with this `errno`.
        case unreadable(errno: Int32)
        /// The path does not name a regular file.
        case notARegularFile
        /// The file is larger than a model may be.
        case tooLarge(limit: Int)
        /// The file has fewer or more bytes than its fields ask for.
        case wrongSize(expected: Int, actual: Int)
        /// The first bytes are not those of a model file.
        case notAModel
        /// The format version is not one that this reader knows.
        case unsupportedVersion(UInt32)
        /// The byte order mark is not that of a little-endian file.
        case wrongByteOrder
        /// The bytes are not those that were written.
        case checksumMismatch(stored: UInt32, computed: UInt32)
        /// A number is outside the range that the format allows.
        case outOfRange(value: UInt64, allowed: ClosedRange<UInt64>)
        /// A number is NaN or infinite.
        case notFinite
        /// Bytes that the format keeps at zero are not.
        case notZero
        /// The text is empty, not in its character set, or not padded by zeros.
        case invalidText
        /// The name was already given to an earlier feature.
        case duplicateName(String)
        /// The activation's code is unknown.
        case unknownActivation(UInt32)
        /// A softmax, which is over a whole row, stands before the last layer.
        case earlySoftmax
        /// A layer does not take what the one before it gives.
        case widthMismatch(expected: Int, actual: Int)
        /// The network does not give what the file says that it must.
        case selfTestFailed(expected: Float, actual: Float)
    }

    /// The file, or nil where the model came from memory.
    public var path: String?
    /// The field, as a path into the file: `layers[1].activation`.
    public let field: String
    /// The field's first byte, counted from the start of the file.
    public let offset: Int
    /// What is wrong with it.
    public let reason: Reason

    /// A refusal of one field.
    public init(path: String? = nil, field: String, offset: Int, reason: Reason) {
        self.path = path
        self.field = field
        self.offset = offset
        self.reason = reason
    }
}

extension ModelError: CustomStringConvertible {
    /// One sentence: which file and field, what is wrong, what to do.
    public var description: String {
        let file = path ?? "model"
        return switch reason {
        case .unreadable, .notARegularFile, .tooLarge, .notAModel: "\(file): \(reason)"
        default: "\(file): byte \(offset) (\(field)): \(reason)"
        }
    }
}

extension ModelError.Reason: CustomStringConvertible {
    /// What is wrong and what to do, as the end of a sentence.
    public var description: String {
        switch self {
        case .unreadable(let errno):
            "cannot be read: \(systemMessage(errno)); check the path and its permissions"
        case .notARegularFile:
            "not a regular file; name a model file written by mlsched-export"
        case .tooLarge(let limit):
            "larger than the \(limit) bytes that a model may have; export a smaller network"
        case .wrongSize(let expected, let actual):
            "\(actual) bytes instead of \(expected): the file was cut or extended; copy it again"
        case .notAModel:
            "not a model file; convert it with mlsched-export"
        case .unsupportedVersion(let version):
            "format version \(version) is not one of \(ModelFormat.versions.lowerBound) to "
                + "\(ModelFormat.versions.upperBound); use a newer mlsched, or export the model again"
        case .wrongByteOrder:
            "not a little-endian file; export the model again"
        case .checksumMismatch(let stored, let computed):
            "checksum \(hex(stored)) does not match the content's \(hex(computed)): "
                + "the file was altered; copy it again"
        case .outOfRange(let value, let allowed):
            "\(value) is outside \(allowed.lowerBound)–\(allowed.upperBound); "
                + "export the model again"
        case .notFinite:
            "NaN or infinite; train the model again, or export the one before it diverged"
        case .notZero:
            "not zero, as this version of the format demands; export the model again"
        case .invalidText:
            "empty, badly encoded or badly padded text; export the model again"
        case .duplicateName(let name):
            "a second feature named \(name); give each input a name of its own"
        case .unknownActivation(let code):
            "activation \(code) is unknown; use a newer mlsched or another activation"
        case .earlySoftmax:
            "a softmax before the last layer; export the model again"
        case .widthMismatch(let expected, let actual):
            "\(actual) inputs where \(expected) values arrive; export the model again"
        case .selfTestFailed(let expected, let actual):
            "self-test gave \(actual) instead of \(expected); export the model again"
        }
    }

    private func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
