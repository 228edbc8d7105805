import MLPInference
import MLSched

/// Scores rows of features and writes a line for each in their order.
///
/// What arrives together is scored together: a slow writer gets each answer at once, a fast one
/// gets the speed of large batches.
struct RowPredictor: LineHandler, ~Copyable {
    private var scheduler: MLScheduler
    private let roundsLoads: Bool
    private let keepsRows: Bool
    private var writesJSON: Bool
    private var format: RowFormat?
    private var pending: [MigrationFeatures] = []
    /// The rows of those, where they are kept.
    private var rows: [String] = []
    private var output = OutputBuffer()

    /// A predictor that writes as it reads: CSV or JSON lines.
    ///
    /// - Parameters:
    ///   - scheduler: gives the scores.
    ///   - roundsLoads: round loads to tenths first, as the scheduler in the kernel does.
    ///   - writesJSON: write JSON lines even for CSV.
    ///   - keepsRows: write each row, as it comes, before its results.
    init(
        _ scheduler: consuming MLScheduler,
        roundsLoads: Bool,
        writesJSON: Bool,
        keepsRows: Bool = false
    ) {
        self.scheduler = scheduler
        self.roundsLoads = roundsLoads
        self.writesJSON = writesJSON
        self.keepsRows = keepsRows
    }

    mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(RowError) {
        guard let format else {
            try begin(with: line)
            return
        }
        let features = try format.features(of: line)
        pending.append(roundsLoads ? features.quantised : features)
        if keepsRows { rows.append(Self.kept(line, asJSON: writesJSON)) }
    }

    mutating func deliver() throws(Failure) {
        try scorePending()
        try output.flush()
    }

    private mutating func begin(with line: UnsafeBufferPointer<UInt8>) throws(RowError) {
        let format = try RowFormat(
            firstLine: line,
            needs: LiveFeature.needed(by: scheduler.model)
        )
        self.format = format
        switch format {
        case .jsonLines:
            writesJSON = true
            try take(line)
        case .csv:
            if keepsRows { output.append("\(Self.kept(line, asJSON: false)),") }
            if !writesJSON { output.append("score,decision\n") }
        }
    }

    private mutating func scorePending() throws(Failure) {
        let threshold = scheduler.model.threshold
        for (index, score) in scheduler.scores(pending).enumerated() {
            let decision = Decision(migrate: score > threshold).name
            if writesJSON {
                output.append(keepsRows ? rows[index] : "{")
                output.append("\"score\":")
                output.append(jsonNumber(score))
                output.append(",\"decision\":\"\(decision)\"}")
            } else {
                if keepsRows { output.append("\(rows[index]),") }
                output.append("\(score),\(decision)")
            }
            try output.endLine()
        }
        pending.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
    }

    /// A row as it came, without blanks around it; of an object, all up to its last member.
    private static func kept(_ line: UnsafeBufferPointer<UInt8>, asJSON: Bool) -> String {
        let text = String(decoding: line, as: UTF8.self)
        guard asJSON, let end = text.lastIndex(of: "}") else { return text }
        // It has members: a row without features is refused.
        return text[..<end] + ","
    }
}
