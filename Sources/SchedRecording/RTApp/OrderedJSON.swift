/// A JSON value whose objects keep the order of their keys, which the decoders of Foundation do not:
/// in rt-app's files it is the order in which things happen.
///
/// Reads RFC 8259, and comments as json-c, which rt-app uses, does.
indirect enum OrderedJSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([OrderedJSON])
    case object([Member])

    /// A key and its value.
    struct Member: Equatable, Sendable {
        let key: String
        let value: OrderedJSON
        /// Where the key stands, from 1 on.
        let line: Int
    }

    /// Where a text stops being JSON, and what would have to stand there.
    struct SyntaxError: Error, Equatable, Sendable {
        let line: Int
        let expected: String
    }

    /// Reads a text.
    ///
    /// - Throws: `SyntaxError`; values may be nested up to 64 deep.
    init(parsing text: some Collection<UInt8>) throws(SyntaxError) {
        var parser = OrderedJSONParser(Array(text))
        self = try parser.document()
    }
}
