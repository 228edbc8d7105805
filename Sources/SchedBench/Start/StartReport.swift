internal import BPFRuntime
internal import FoundationEssentials
internal import LinuxSystem
public import MLPInference
internal import MLSched
internal import SchedDaemon

/// What a started process says of itself when it is ready; one line of JSON.
public struct StartReport: Codable, Equatable, Sendable {
    /// When it was ready, ns of CLOCK_MONOTONIC.
    public let readyNanoseconds: UInt64
    /// Memory that it holds then, KiB.
    public let residentKibibytes: Int
    /// The most that it has held, KiB.
    public let peakKibibytes: Int
    /// Whether a decision loop was running; else the model alone was ready.
    public let hasLoop: Bool

    /// Becomes ready as the daemon does, as far as this kernel lets it, and reports.
    ///
    /// - Parameter model: loaded and checked.
    /// - Returns: the report.
    /// - Throws: `SchemaError` for a model that cannot decide.
    public static func becomeReady(_ model: Model) throws -> StartReport {
        let space = try PatternSpace(cpuIDs: 16, online: 16)
        do {
            // The programs are not the scheduler's: what those take to load is in the time to
            // attached.
            let loop = try ProbeTable.answer(try ProbeTable.load(space), space, model)
            defer { loop.stop() }
            return StartReport(hasLoop: true)
        } catch is BPFError {
            var scorer = try PatternScorer(model: model, space: space)
            scorer.warmUp()
            return StartReport(hasLoop: false)
        }
    }

    private init(hasLoop: Bool) {
        readyNanoseconds = MonotonicClock().now()
        residentKibibytes = Self.status("VmRSS:")
        peakKibibytes = Self.status("VmHWM:")
        self.hasLoop = hasLoop
    }

    /// A line of JSON.
    public var line: String {
        (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    init?(line: String) {
        guard let report = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else {
            return nil
        }
        self = report
    }

    private static func status(_ field: String) -> Int {
        let lines = (SysfsFile("/proc/self/status").text() ?? "").split(separator: "\n")
        let words = lines.first { $0.hasPrefix(field) }?.split { $0 == " " || $0 == "\t" }
        return words.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0
    }
}

extension PatternScorer {
    /// Scores one pattern, which touches all that a daemon without a kernel would.
    fileprivate mutating func warmUp() {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1) { patterns in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { decisions in
                patterns.initialize(repeating: 0)
                decide(UnsafeBufferPointer(patterns), into: decisions)
            }
        }
    }
}
