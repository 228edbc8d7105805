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
        var counts = (cpu: 0, idle: 0, busy: 0)
        var loads = (src: Float(0), dst: Float(0))
        var fields = CSVFields(row)
        for (index, feature) in features.enumerated() {
            guard let field = fields.next() else {
                throw RowError("\(index) columns, but the header names \(features.count)")
            }
            switch feature {
            case .cpu: counts.cpu = try count(.cpu, field)
            case .idle: counts.idle = try count(.idle, field)
            case .busy: counts.busy = try count(.busy, field)
            case .src: loads.src = try load(.src, field)
            case .dst: loads.dst = try load(.dst, field)
            case nil: continue
            }
        }
        guard fields.next() == nil else {
            throw RowError("more columns than the \(features.count) that the header names")
        }
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
