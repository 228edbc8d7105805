internal import FoundationEssentials

/// A question of the protocol: one JSON object a line.
public struct StatsRequest: Codable, Equatable, Sendable {
    /// `stats` or `stats_meta`.
    public var req: String
    /// Arguments of the question; `target` names what `stats` is asked of.
    public var args: [String: String]?

    /// A question.
    public init(_ req: String, args: [String: String] = [:]) {
        self.req = req
        self.args = args
    }

    /// What `stats` is asked of.
    public var target: String { args?["target"] ?? "top" }
}

/// An answer of the protocol: `{"errno":0,"args":{"resp":…}}`.
public struct StatsResponse<Payload: Codable & Sendable>: Codable, Sendable {
    /// 0, or the errno of why there is no answer; the payload is then a sentence.
    public var errno: Int32
    /// The answer, under the key `resp`.
    public var args: [String: Payload]

    /// An answer.
    public init(errno: Int32 = 0, _ payload: Payload) {
        self.errno = errno
        args = ["resp": payload]
    }
}

/// One line of JSON, without its end.
func jsonLine(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Fails for numbers that JSON has none for, and values here hold none.
    return (try? encoder.encode(value)).map(Array.init) ?? []
}

/// Reads one line of JSON.
func fromJSON<Value: Decodable>(_ line: some Sequence<UInt8>, as _: Value.Type) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(line))
}
