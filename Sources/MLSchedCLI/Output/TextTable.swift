/// Rows in aligned columns for people.
struct TextTable {
    /// How a column is aligned.
    enum Alignment {
        case left, right
    }

    private let columns: [Alignment]
    private var rows: [[String]] = []

    /// A table without rows.
    init(_ columns: [Alignment]) {
        self.columns = columns
    }

    /// Adds a row; missing cells at its end stay empty.
    mutating func append(_ cells: [String]) {
        rows.append(cells)
    }

    /// The rows as text, each behind the given indentation and without blanks at its end.
    func lines(indent: Int = 0) -> [String] {
        let widths = columns.indices.map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return columns[column] == .left ? cell + padding : padding + cell
            }
            let text = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
            return text.trimmingBlanksAtEnd
        }
    }
}

extension String {
    fileprivate var trimmingBlanksAtEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
