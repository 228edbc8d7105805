import FoundationEssentials
import MLPInference
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
    init(
        firstLine: UnsafeBufferPointer<UInt8>,
        needs features: [LiveFeature]
    ) throws(RowError) {
        if firstLine.first(where: { !$0.isBlank }) == UInt8(ascii: "{") {
            self = .jsonLines(JSONRowReader(needs: features))
        } else {
            self = .csv(try CSVColumns(header: firstLine, needs: features))
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

extension LiveFeature {
    /// The names that rows may use, the preferred one first: that of its flag, where it has one.
    var inputNames: [String] { Self.flags[self].map { [$0, rawValue] } ?? [rawValue] }

    /// The name for messages.
    var inputName: String { inputNames[0] }

    /// The feature of a name in a row.
    init?(inputName name: String) {
        guard let feature = Self.measured.first(where: { $0.inputNames.contains(name) }) else {
            return nil
        }
        self = feature
    }

    /// What each row has to tell a model: what the kernel keeps decisions by, and what it names.
    static func needed(by model: Model) -> [LiveFeature] {
        let named = Set(model.features.map(\.name))
        return measured.filter { $0.isInPattern || named.contains($0.rawValue) }
    }

    private static let flags: [LiveFeature: String] = [
        .cpuIdle: "idle", .cpuNotIdle: "busy", .srcDomLoad: "src", .dstDomLoad: "dst",
    ]
}

/// What a row says of features, before anybody has checked the ranges.
typealias RowValues = [LiveFeature: Double]

extension RowValues {
    /// The features, checked.
    ///
    /// - Throws: `RowError` where one is out of its range.
    func features() throws(RowError) -> MigrationFeatures {
        do throws(FeatureError) {
            return try MigrationFeatures(self)
        } catch {
            throw RowError("\(error)")
        }
    }
}

/// A JSON object with the features among its members.
struct JSONRow: Decodable {
    /// What the members say of the features that they name.
    let values: RowValues

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: MemberKey.self)
        var values = RowValues()
        for feature in LiveFeature.measured {
            let keys = feature.inputNames.map { MemberKey($0) }.filter(members.contains)
            guard let key = keys.first else { continue }
            guard keys.count == 1 else {
                throw RowError("the object must have one number \(feature.inputName)")
            }
            let number =
                try? feature.isWhole
                ? Double(members.decode(Int.self, forKey: key))
                : Double(members.decode(Float.self, forKey: key))
            guard let number else {
                let kind = feature.isWhole ? "a whole number" : "a number"
                throw RowError("\(feature.inputName) must be \(kind)")
            }
            values[feature] = number
        }
        self.values = values
    }
}

/// Reads lines that hold one JSON object each.
struct JSONRowReader {
    private let decoder = JSONDecoder()
    private let needed: [LiveFeature]

    /// A reader of rows that have to give these features.
    init(needs features: [LiveFeature]) {
        needed = features
    }

    /// The features of one line.
    ///
    /// - Throws: `RowError` where it is no object, or a feature is missing, no number or out of
    ///   range.
    func features(of line: UnsafeBufferPointer<UInt8>) throws(RowError) -> MigrationFeatures {
        let row: JSONRow
        do {
            row = try decoder.decode(JSONRow.self, from: Data(line))
        } catch let error as RowError {
            throw error
        } catch {
            throw RowError("\(excerpt(line)) is not one JSON object")
        }
        if let missing = needed.first(where: { row.values[$0] == nil }) {
            throw RowError("the object must have one number \(missing.inputName)")
        }
        return try row.values.features()
    }
}
