/// A set of CPU ids as the kernel and `taskset` write it: `0-3,8,10-11`.
public struct CPUList: Equatable, Sendable, CustomStringConvertible {
    /// The CPU ids, ascending, each once.
    public let cpus: [Int]

    /// A list of the given CPU ids, in any order.
    public init(_ cpus: some Sequence<Int>) {
        self.cpus = Set(cpus).sorted()
    }

    /// Parses a list such as `0-3,8`.
    ///
    /// - Parameter text: ids and ranges of 0 – 1023, separated by commas; may be empty.
    /// - Throws: ``TopologyError/badCPUList(_:)`` with the text when it is not such a list.
    public init(parsing text: some StringProtocol) throws(TopologyError) {
        var cpus: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: !text.contains(",")) {
            guard let range = Self.range(part) else {
                throw .badCPUList(String(text))
            }
            cpus.append(contentsOf: range)
        }
        self.init(cpus)
    }

    /// The shortest text of the same list.
    public var description: String {
        var parts: [String] = []
        var rest = cpus[...]
        while let first = rest.first {
            let run = rest.enumerated().prefix { $0.element == first + $0.offset }.count
            parts.append(run == 1 ? "\(first)" : "\(first)-\(first + run - 1)")
            rest = rest.dropFirst(run)
        }
        return parts.joined(separator: ",")
    }

    private static func range(_ text: some StringProtocol) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
            end.allSatisfy(\.isWholeNumber) ? Int(end) : nil
        }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
            first <= last, last < CPUTopology.maximumCPUs
        else { return nil }
        return first...last
    }
}
