import FoundationEssentials

/// A float for JSON, in as few digits as give the same float again; null where JSON has none.
func jsonNumber(_ value: Float) -> String {
    value.isFinite ? value.description : "null"
}

/// A value as a JSON object on one line, its keys in snake case and alphabetical order.
///
/// - Throws: `Failure` for a number that JSON cannot express.
func jsonLine(_ value: some Encodable) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
        throw .broken("the result cannot be written as JSON: \(error)")
    }
}

/// A value, or `null`: where a synthesised encoding would leave the member out.
struct Nullable<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value {
            try container.encode(value)
        } else {
            try container.encodeNil()
        }
    }
}
