/// The fields of one line of comma-separated values.
///
/// Blanks around a field do not belong to it. A field in double quotes may hold commas, and a
/// quote written twice; it is handed out without the quotes around it.
struct CSVFields: Sequence, IteratorProtocol {
    private let line: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var isAtEnd = false

    init(_ line: UnsafeBufferPointer<UInt8>) {
        self.line = line
    }

    /// The next field, or nil after the last one.
    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard !isAtEnd else { return nil }
        let start = position
        var isQuoted = false
        while position < line.count, isQuoted || line[position] != UInt8(ascii: ",") {
            if line[position] == UInt8(ascii: "\"") { isQuoted.toggle() }
            position += 1
        }
        let field = trim(start..<position)
        isAtEnd = position == line.count
        position += 1
        return UnsafeBufferPointer(rebasing: line[field])
    }

    private func trim(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let first = range.first, line[first].isBlank { range.removeFirst() }
        while let last = range.last, line[last].isBlank { range.removeLast() }
        let quote = UInt8(ascii: "\"")
        if range.count >= 2, line[range.lowerBound] == quote, line[range.upperBound - 1] == quote {
            range = range.lowerBound + 1..<range.upperBound - 1
        }
        return range
    }
}
