import FoundationEssentials
import MLSched

/// A JSON object with the features among its members.
struct JSONRow: Decodable {
    private let counts: (cpu: Int, idle: Int, busy: Int)
    private let loads: (src: Float, dst: Float)

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
        counts = (
            try value(.cpu, as: Int.self), try value(.idle, as: Int.self),
            try value(.busy, as: Int.self)
        )
        loads = (try value(.src, as: Float.self), try value(.dst, as: Float.self))
    }

    /// The features, checked.
    ///
    /// - Throws: `RowError` where one is out of its range.
    func features() throws(RowError) -> MigrationFeatures {
        do throws(FeatureError) {
            return try MigrationFeatures(
                cpu: counts.cpu,
                cpuIdle: counts.idle,
                cpuNotIdle: counts.busy,
                srcDomLoad: loads.src,
                dstDomLoad: loads.dst
            )
        } catch {
            throw RowError("\(error)")
        }
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
        return try row.features()
    }
}
