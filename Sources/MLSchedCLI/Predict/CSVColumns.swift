import MLSched

/// Where in a row of comma-separated values the features are, as the header says.
struct CSVColumns {
    /// The feature of each column; nil for columns that mean nothing here.
    private let features: [InputFeature?]

    /// Reads the header.
    ///
    /// - Throws: `RowError` where a feature has no column, or two.
    init(header: UnsafeBufferPointer<UInt8>) throws(RowError) {
        features = CSVFields(header).map { field in
            InputFeature(named: String(decoding: field, as: UTF8.self))
        }
        for feature in InputFeature.allCases {
            switch features.count(where: { $0 == feature }) {
            case 1: continue
            case 0:
                throw RowError(
                    "the header \(excerpt(header)) names no column \(feature.name); begin with a "
                        + "line such as cpu,idle,busy,src,dst or give JSON lines"
                )
            default: throw RowError("the header names the column \(feature.name) twice; keep one")
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
            switch feature {
            case .cpu: values.cpu = try count(.cpu, field)
            case .idle: values.idle = try count(.idle, field)
            case .busy: values.busy = try count(.busy, field)
            case .src: values.src = try load(.src, field)
            case .dst: values.dst = try load(.dst, field)
            case nil: continue
            }
        }
        guard fields.next() == nil else {
            throw RowError("more columns than the \(features.count) that the header names")
        }
        return try values.features()
    }

    private func count(
        _ feature: InputFeature,
        _ field: UnsafeBufferPointer<UInt8>
    ) throws(RowError) -> Int {
        guard let value = NumberText.int(field) else {
            throw RowError("\(feature.name) is \(excerpt(field)), but must be a whole number")
        }
        return value
    }

    private func load(
        _ feature: InputFeature,
        _ field: UnsafeBufferPointer<UInt8>
    ) throws(RowError) -> Float {
        guard let value = NumberText.float(field) else {
            throw RowError("\(feature.name) is \(excerpt(field)), but must be a number")
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
