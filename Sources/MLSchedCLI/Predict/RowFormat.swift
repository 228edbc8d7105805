import MLSched

/// How the rows of an input are written, as its first line shows.
enum RowFormat {
    /// Comma-separated values below a header.
    case csv(CSVColumns)
    /// One JSON object a line.
    case jsonLines(JSONRowReader)

    /// Recognises the format.
    ///
    /// - Throws: `RowError` where the line is neither an object nor a header with all features.
    init(firstLine: UnsafeBufferPointer<UInt8>) throws(RowError) {
        if firstLine.first(where: { !$0.isBlank }) == UInt8(ascii: "{") {
            self = .jsonLines(JSONRowReader())
        } else {
            self = .csv(try CSVColumns(header: firstLine))
        }
    }

    /// Reads a row.
    ///
    /// - Throws: `RowError` where it does not hold features.
    func features(of row: UnsafeBufferPointer<UInt8>) throws(RowError) -> MigrationFeatures {
        switch self {
        case .csv(let columns): try columns.features(of: row)
        case .jsonLines(let reader): try reader.features(of: row)
        }
    }
}
