/// What a structure of statistics holds, as `stats_meta` describes it to programs that do not know it.
public struct StatsStructure: Codable, Equatable, Sendable {
    /// Its name, unique among the structures.
    public var name: String
    /// `"true"` for the one that `stats` answers with; nil for all others.
    public var top: String?
    /// What it is about.
    public var desc: String?
    /// Attributes for other programs; `_om_prefix` and `_om_label` are for OpenMetrics.
    public var user: [String: String]?
    /// Its fields by name.
    public var fields: [String: StatsField]

    /// A structure.
    ///
    /// - Parameters:
    ///   - name: unique among the structures.
    ///   - desc: what it is about.
    ///   - isTop: whether it is the one that `stats` answers with.
    ///   - prefix: before the names of its fields, makes them unique in OpenMetrics.
    ///   - label: what tells its instances apart in a dictionary.
    ///   - fields: by name.
    public init(
        _ name: String,
        desc: String,
        isTop: Bool = false,
        prefix: String,
        label: String? = nil,
        fields: [String: StatsField]
    ) {
        self.name = name
        self.desc = desc
        top = isTop ? "true" : nil
        var user = ["_om_prefix": prefix]
        user["_om_label"] = label
        self.user = user
        self.fields = fields
    }

    /// What comes before the names of its fields in OpenMetrics.
    public var prefix: String { user?["_om_prefix"] ?? "" }
    /// The name of the label that tells its instances apart.
    public var label: String { user?["_om_label"] ?? "" }
}

/// One field of a structure.
public struct StatsField: Codable, Equatable, Sendable {
    /// What a field, or a member of a dictionary, is.
    public enum Kind: Equatable, Sendable {
        /// `u64`, `i64`, `float` or `string`.
        case plain(String)
        /// A structure of that name.
        case structure(String)
    }

    /// What a dictionary's keys and members are.
    public struct Dictionary: Codable, Equatable, Sendable {
        /// What keys are.
        public var key: Kind
        /// What members are.
        public var datum: Kind
    }

    /// What it is, if it is a single value.
    public var datum: Kind?
    /// What it is, if it is a dictionary.
    public var dict: Dictionary?
    /// What it means, with its unit.
    public var desc: String?
    /// Attributes for other programs; `_om_skip` keeps it out of OpenMetrics.
    public var user: [String: String]?

    /// A single value.
    public init(_ kind: String, desc: String, isSkipped: Bool = false) {
        datum = .plain(kind)
        self.desc = desc
        user = isSkipped ? ["_om_skip": "true"] : nil
    }

    /// A dictionary of structures by text.
    public init(dictionaryOf structure: String, desc: String) {
        dict = Dictionary(key: .plain("string"), datum: .structure(structure))
        self.desc = desc
    }

    /// Whether it is kept out of OpenMetrics.
    public var isSkipped: Bool { user?["_om_skip"] != nil }
}

extension StatsField.Kind: Codable {
    private struct Structure: Codable {
        let `struct`: String
    }

    /// Writes `"u64"`, or `{"struct": "Name"}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .plain(let name): try container.encode(name)
        case .structure(let name): try container.encode(Structure(struct: name))
        }
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) {
            self = .plain(name)
        } else {
            self = .structure(try container.decode(Structure.self).struct)
        }
    }
}
