import MLSched

/// Where in a row of comma-separated values the features are, as the header says.
struct CSVColumns {
    /// The feature of each column; nil for columns that mean nothing here.
    private let features: [LiveFeature?]

    /// Reads the header.
    ///
    /// - Throws: `RowError` where a feature that is needed has no column, or any has two.
    init(
        header: UnsafeBufferPointer<UInt8>,
        needs needed: [LiveFeature]
    ) throws(RowError) {
        features = CSVFields(header).map { field in
            LiveFeature(inputName: String(decoding: field, as: UTF8.self))
        }
        for feature in LiveFeature.measured {
            switch features.count(where: { $0 == feature }) {
            case 1: continue
            case 0 where !needed.contains(feature): continue
            case 0:
                throw RowError(
                    "the header \(excerpt(header)) names no column \(feature.inputName); begin "
                        + "with a line such as \(needed.map(\.inputName).joined(separator: ",")) "
                        + "or give JSON lines"
                )
            default:
                throw RowError("the header names the column \(feature.inputName) twice; keep one")
            }
        }
    }

    /// Reads a row.
    ///
    /// - Throws: `RowError` where a feature is missing, no number or out of range.
    func features(of row: UnsafeBufferPointer<UInt8>) throws(RowError) -> MigrationFeatures {
        var values = RowValues()
        var fields = CSVFields(row)
        for (index, feature) in features.enumerated() {
            guard let field = fields.next() else {
                throw RowError("\(index) columns, but the header names \(features.count)")
            }
            if let feature { values[feature] = try Self.number(feature, field) }
        }
        guard fields.next() == nil else {
            throw RowError("more columns than the \(features.count) that the header names")
        }
        return try values.features()
    }

    private static func number(
        _ feature: LiveFeature,
        _ field: UnsafeBufferPointer<UInt8>
    ) throws(RowError) -> Double {
        let value =
            feature.isWhole
            ? NumberText.int(field).map(Double.init) : NumberText.float(field).map(Double.init)
        guard let value else {
            let kind = feature.isWhole ? "a whole number" : "a number"
            throw RowError("\(feature.inputName) is \(excerpt(field)), but must be \(kind)")
        }
        return value
    }
}

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
