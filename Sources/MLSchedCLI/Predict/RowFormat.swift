import FoundationEssentials
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

/// A feature that rows of input have to give, under one of two names.
enum InputFeature: Int, CaseIterable {
    case cpu, idle, busy, src, dst

    /// The names in the order of preference: the flag's, and that of the model files' schema.
    var names: [String] {
        switch self {
        case .cpu: ["cpu"]
        case .idle: ["idle", LiveFeature.cpuIdle.rawValue]
        case .busy: ["busy", LiveFeature.cpuNotIdle.rawValue]
        case .src: ["src", LiveFeature.srcDomLoad.rawValue]
        case .dst: ["dst", LiveFeature.dstDomLoad.rawValue]
        }
    }

    /// The name for messages.
    var name: String { names[0] }

    /// The feature of a name.
    init?(named name: String) {
        guard let feature = Self.allCases.first(where: { $0.names.contains(name) }) else {
            return nil
        }
        self = feature
    }
}

/// What a row says of every feature, before anybody has checked the ranges.
struct RowValues {
    var cpu = 0
    var idle = 0
    var busy = 0
    var src: Float = 0
    var dst: Float = 0

    /// The features, checked.
    ///
    /// - Throws: `RowError` where one is out of its range.
    func features() throws(RowError) -> MigrationFeatures {
        do throws(FeatureError) {
            return try MigrationFeatures(
                cpu: cpu,
                cpuIdle: idle,
                cpuNotIdle: busy,
                srcDomLoad: src,
                dstDomLoad: dst
            )
        } catch {
            throw RowError("\(error)")
        }
    }
}

/// A JSON object with the features among its members.
struct JSONRow: Decodable {
    /// What the members say.
    let values: RowValues

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        func value<Value: Decodable>(_ feature: InputFeature, as type: Value.Type) throws -> Value {
            let keys = feature.names.map(Key.init(stringValue:)).filter(members.contains)
            guard let key = keys.first, keys.count == 1 else {
                throw RowError("the object must have one number \(feature.name)")
            }
            guard let value = try? members.decode(type, forKey: key) else {
                let kind = type == Int.self ? "a whole number" : "a number"
                throw RowError("\(feature.name) must be \(kind)")
            }
            return value
        }
        values = RowValues(
            cpu: try value(.cpu, as: Int.self),
            idle: try value(.idle, as: Int.self),
            busy: try value(.busy, as: Int.self),
            src: try value(.src, as: Float.self),
            dst: try value(.dst, as: Float.self)
        )
    }
}

/// Reads lines that hold one JSON object each.
struct JSONRowReader {
    private let decoder = JSONDecoder()

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
        return try row.values.features()
    }
}
