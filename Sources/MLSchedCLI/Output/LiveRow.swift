/// A row of a table that grows while it is read, with the heading over it.
///
/// Unlike those of a `TextTable`, its columns have their widths before the next row is known.
struct LiveRow {
    /// The names of the columns, as wide as these.
    let heading: String
    /// The values.
    let text: String

    /// A row of columns, each at least as wide as given, with a note behind the last one.
    init(_ columns: [(name: String, value: String, width: Int)], note: String = "") {
        heading = columns.map { Self.pad($0.name, to: $0.width) }.joined(separator: " ")
        text = columns.map { Self.pad($0.value, to: $0.width) }.joined(separator: " ") + note
    }

    /// Every domain's load, or on machines with more domains than that the lowest and the highest.
    static func loads(_ loads: [Double], atMost limit: Int) -> String {
        guard loads.count > limit, let low = loads.min(), let high = loads.max() else {
            return loads.map { fixed($0, digits: 2) }.joined(separator: " ")
        }
        return "\(fixed(low, digits: 2))-\(fixed(high, digits: 2))"
    }

    private static func pad(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
