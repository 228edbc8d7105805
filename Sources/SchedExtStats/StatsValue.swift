/// A statistic's value, as the protocol knows values.
public enum StatsValue: Equatable, Sendable {
    /// A whole number, such as a count.
    case integer(UInt64)
    /// A number that is finite; JSON has no others.
    case number(Double)
    /// A text.
    case text(String)
    /// Values by name: a structure's fields, or a dictionary of structures.
    case table([String: StatsValue])
}

extension StatsValue {
    /// A member of a table; nil when there is none of this name, or this is no table.
    public subscript(name: String) -> StatsValue? {
        guard case .table(let members) = self else { return nil }
        return members[name]
    }

    /// The number, whole or not; nil for texts and tables.
    public var asNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .text, .table: nil
        }
    }

    /// The text; nil for anything else.
    public var asText: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The members of a table by name, in the order of their names, numbers in that of numbers.
    public var members: [(name: String, value: StatsValue)] {
        guard case .table(let members) = self else { return [] }
        return members.map { (name: $0.key, value: $0.value) }.sorted { left, right in
            switch (Int(left.name), Int(right.name)) {
            case (let left?, let right?): left < right
            default: left.name < right.name
            }
        }
    }
}

extension StatsValue: Codable {
    /// Writes the value as JSON writes it; a number that JSON does not know becomes 0.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value.isFinite ? value : 0)
        case .text(let text): try container.encode(text)
        case .table(let members): try container.encode(members)
        }
    }

    /// Reads any JSON value; `null` and what the protocol does not know, such as lists, are errors.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(UInt64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .table(try container.decode([String: StatsValue].self))
        }
    }
}
