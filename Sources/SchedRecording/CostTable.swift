internal import FoundationEssentials

/// What it costs a task to move between two CPUs, measured on one machine or taken from others'
/// measurements.
///
/// The file is JSON, its keys in snake case: `format` is `mlsched-costs`, `version` 1, times are ns,
/// sizes bytes. Distances that the machine does not have are absent, not null. A newer version is
/// one that an older reader would misread; keys that a reader does not know are not among those.
public struct CostTable: Equatable, Sendable {
    /// A time and how much it varied, ns.
    public struct Spread: Codable, Equatable, Sendable {
        /// A quarter of the measurements were below.
        public var lowerQuartile: Double
        /// Half of them were below, half above.
        public var median: Double
        /// A quarter was above.
        public var upperQuartile: Double

        /// A spread given in full.
        public init(lowerQuartile: Double, median: Double, upperQuartile: Double) {
            self.lowerQuartile = lowerQuartile
            self.median = median
            self.upperQuartile = upperQuartile
        }
    }

    /// Where the figures come from, for people.
    public var source: String
    /// The machine's processor, as it calls itself; empty: no single machine.
    public var processor: String
    /// Bytes of the caches that a core has for itself.
    public var privateBytes: Int
    /// Bytes of a last-level cache.
    public var sharedBytes: Int
    /// Sizes of memory that were tried, bytes, ascending.
    public var footprints: [Int]
    /// A walk through warm memory of each size, its lines in a random order, each telling the next.
    public var warm: [Spread]
    /// What the first such walk after a move over a distance takes longer, for each size: as much as
    /// a program can lose.
    public var refill: [CPUDistance: [Spread]]
    /// The same of a walk in the order of addresses, which caches foresee: as little as a program that
    /// uses all its memory loses; empty: not known.
    public var refillInOrder: [CPUDistance: [Spread]]
    /// How long a cache line takes from one CPU to another.
    public var transfer: [CPUDistance: Spread]

    /// A table given in full.
    public init(
        source: String,
        processor: String,
        privateBytes: Int,
        sharedBytes: Int,
        footprints: [Int],
        warm: [Spread],
        refill: [CPUDistance: [Spread]],
        refillInOrder: [CPUDistance: [Spread]],
        transfer: [CPUDistance: Spread]
    ) {
        self.source = source
        self.processor = processor
        self.privateBytes = privateBytes
        self.sharedBytes = sharedBytes
        self.footprints = footprints
        self.warm = warm
        self.refill = refill
        self.refillInOrder = refillInOrder
        self.transfer = transfer
    }

    /// What a byte of a footprint costs to have again after a move, ps; nil for a distance that the
    /// table lacks.
    ///
    /// The geometric mean of both walks, so that a quarter and four times of it reach about as far
    /// as programs differ; each the median over the sizes that fit into what is left behind: a core's
    /// own caches inside a domain, the last-level cache beyond.
    public func refillPicosecondsPerByte(_ distance: CPUDistance) -> Double? {
        guard let random = rate(of: refill, distance) else { return nil }
        return rate(of: refillInOrder, distance).map { (random * $0).squareRoot() } ?? random
    }

    private func rate(
        of walks: [CPUDistance: [Spread]],
        _ distance: CPUDistance
    ) -> Double? {
        guard let refill = walks[distance] else { return nil }
        let limit = distance <= .cache ? privateBytes : sharedBytes
        let rates = zip(footprints, refill)
            .filter { bytes, _ in bytes <= max(limit, footprints[0]) }
            .map { bytes, spread in max(0, spread.median) * 1000 / Double(bytes) }
            .sorted()
        return rates.isEmpty ? nil : rates[rates.count / 2]
    }
}

extension CostTable {
    /// Reads a file.
    ///
    /// - Throws: `RecordingError` when it is none, of another version, or not possible.
    public init(path: String) throws(RecordingError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= 1 << 20 else {
            throw RecordingError("\(path) cannot be read: is it there, and a file below a MiB?")
        }
        self = try Self(json: data, path: path)
    }

    init(json: Data, path: String) throws(RecordingError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let content = try? decoder.decode(Content.self, from: json),
            content.format == Content.format
        else {
            throw RecordingError(
                "\(path) is no cost table: give a file that `mlsched calibrate -o` has written"
            )
        }
        guard content.version == Content.version else {
            throw RecordingError(
                "\(path) has version \(content.version) of the format, not \(Content.version): "
                    + "use the mlsched that wrote it, or calibrate again"
            )
        }
        guard let table = content.table, table.isPossible else {
            throw RecordingError(
                "\(path) has figures that are not possible: calibrate again"
            )
        }
        self = table
    }

    /// The text of the file.
    ///
    /// - Throws: `RecordingError` for a figure that JSON cannot express.
    public func json() throws(RecordingError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return String(decoding: try encoder.encode(Content(self)), as: UTF8.self) + "\n"
        } catch {
            throw RecordingError("the cost table cannot be written as JSON: \(error)")
        }
    }

    private var isPossible: Bool {
        let ascending = zip(footprints, footprints.dropFirst()).allSatisfy(<)
        let spreads =
            warm + refill.values.joined() + refillInOrder.values.joined() + transfer.values
        return !footprints.isEmpty && ascending && footprints[0] > 0
            && privateBytes >= 0 && sharedBytes >= privateBytes
            && warm.count == footprints.count
            && refill.values.allSatisfy { $0.count == footprints.count }
            && refillInOrder.values.allSatisfy { $0.count == footprints.count }
            && spreads.allSatisfy(\.isPossible)
    }
}

extension CostTable.Spread {
    fileprivate var isPossible: Bool {
        let values = [lowerQuartile, median, upperQuartile]
        return values.allSatisfy { $0.isFinite && abs($0) < 1e12 } && values == values.sorted()
    }
}

/// The file's keys.
private struct Content: Codable {
    static let format = "mlsched-costs"
    static let version = 1

    var format: String
    var version: Int
    var source: String
    var processor: String
    var privateBytes: Int
    var sharedBytes: Int
    var footprintBytes: [Int]
    var warmNs: [CostTable.Spread]
    var refillNs: [String: [CostTable.Spread]]
    var refillInOrderNs: [String: [CostTable.Spread]]
    var transferNs: [String: CostTable.Spread]

    init(_ table: CostTable) {
        format = Self.format
        version = Self.version
        source = table.source
        processor = table.processor
        privateBytes = table.privateBytes
        sharedBytes = table.sharedBytes
        footprintBytes = table.footprints
        warmNs = table.warm
        refillNs = Self.named(table.refill)
        refillInOrderNs = Self.named(table.refillInOrder)
        transferNs = Self.named(table.transfer)
    }

    /// Nil when a distance is none.
    var table: CostTable? {
        guard let refill = Self.distances(refillNs),
            let inOrder = Self.distances(refillInOrderNs),
            let transfer = Self.distances(transferNs)
        else { return nil }
        return CostTable(
            source: source,
            processor: processor,
            privateBytes: privateBytes,
            sharedBytes: sharedBytes,
            footprints: footprintBytes,
            warm: warmNs,
            refill: refill,
            refillInOrder: inOrder,
            transfer: transfer
        )
    }

    private static func named<Value>(_ values: [CPUDistance: Value]) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }

    private static func distances<Value>(_ values: [String: Value]) -> [CPUDistance: Value]? {
        var result: [CPUDistance: Value] = [:]
        for (name, value) in values {
            guard let distance = CPUDistance(rawValue: name) else { return nil }
            result[distance] = value
        }
        return result
    }
}
