/// Reads JSON byte by byte.
struct OrderedJSONParser {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// One value and nothing behind it.
    mutating func document() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
        let value = try value(depth: 0)
        try skipBlanks()
        guard peek() == nil else { throw expected("the end of the file") }
        return value
    }

    private mutating func value(depth: Int) throws(OrderedJSON.SyntaxError) -> OrderedJSON {
        guard depth < 64 else { throw expected("values that are nested less deep") }
        try skipBlanks()
        switch peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(OrderedJSON.SyntaxError) -> OrderedJSON {
        var members: [OrderedJSON.Member] = []
        try list(until: "}") { (parser) throws(OrderedJSON.SyntaxError) in
            let line = parser.line
            let key = try parser.string()
            try parser.skipBlanks()
            try parser.take(":")
            let value = try parser.value(depth: depth + 1)
            members.append(OrderedJSON.Member(key: key, value: value, line: line))
        }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(OrderedJSON.SyntaxError) -> OrderedJSON {
        var values: [OrderedJSON] = []
        try list(until: "]") { (parser) throws(OrderedJSON.SyntaxError) in
            values.append(try parser.value(depth: depth + 1))
        }
        return .array(values)
    }

    /// Elements between commas, behind an opening bracket.
    private mutating func list(
        until end: Character,
        _ element: (inout Self) throws(OrderedJSON.SyntaxError) -> Void
    ) throws(OrderedJSON.SyntaxError) {
        index += 1
        try skipBlanks()
        guard peek() != end.asciiValue else { return index += 1 }
        while true {
            try skipBlanks()
            try element(&self)
            try skipBlanks()
            guard peek() == UInt8(ascii: ",") else { break }
            index += 1
        }
        try take(end)
    }

    private mutating func string() throws(OrderedJSON.SyntaxError) -> String {
        try take("\"")
        var text: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw expected("the string's end on its line") }
            index += 1
            text += byte == UInt8(ascii: "\\") ? try escape() : [byte]
        }
        try take("\"")
        guard let valid = String(validating: text, as: UTF8.self) else {
            throw expected("text in UTF-8")
        }
        return valid
    }

    private mutating func escape() throws(OrderedJSON.SyntaxError) -> [UInt8] {
        guard let byte = peek() else { throw expected("the rest of the string") }
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        default: throw expected("an escape other than \\\(Character(UnicodeScalar(byte)))")
        }
    }

    private mutating func number() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
        let digits = bytes[index...].prefix { byte in
            byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                || [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ".")].contains(byte)
                || byte | 0x20 == UInt8(ascii: "e")
        }
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else {
            throw expected("a value")
        }
        index += digits.count
        return .number(value)
    }

    private mutating func word(
        _ text: String,
        _ value: OrderedJSON
    ) throws(OrderedJSON.SyntaxError) -> OrderedJSON {
        guard bytes[index...].starts(with: text.utf8) else { throw expected("a value") }
        index += text.utf8.count
        return value
    }

    private mutating func take(_ character: Character) throws(OrderedJSON.SyntaxError) {
        guard peek() == character.asciiValue else { throw expected("'\(character)'") }
        index += 1
    }

    private mutating func skipBlanks() throws(OrderedJSON.SyntaxError) {
        while let byte = peek() {
            switch byte {
            case 0x0A:
                line += 1
                index += 1
            case 0x20, 0x09, 0x0D: index += 1
            case UInt8(ascii: "/"): try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(OrderedJSON.SyntaxError) {
        let isLine = bytes[index...].starts(with: "//".utf8)
        guard isLine || bytes[index...].starts(with: "/*".utf8) else { throw expected("a value") }
        index += 2
        while let byte = peek() {
            if isLine, byte == 0x0A { return }
            if !isLine, bytes[index...].starts(with: "*/".utf8) { return index += 2 }
            if byte == 0x0A { line += 1 }
            index += 1
        }
        guard isLine else { throw expected("the comment's end") }
    }

    private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private func expected(_ what: String) -> OrderedJSON.SyntaxError {
        OrderedJSON.SyntaxError(line: line, expected: what)
    }
}
