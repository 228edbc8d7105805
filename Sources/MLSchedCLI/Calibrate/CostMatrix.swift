import SchedBench
import SchedRecording

/// Costs of moves for people: a row for each distance, a column for each size.
struct CostMatrix {
    private let costs: MoveMeasurement

    init(_ costs: MoveMeasurement) {
        self.costs = costs
    }

    /// The matrix, what an exchange takes, and what is not there.
    var lines: [String] {
        let table = costs.table
        var lines = ["\(table.processor): \(table.source)".trimmingPrefix(": ").description, ""]
        lines.append(
            "What the first walk after a move takes longer, µs (half the quartiles' distance)"
        )
        lines += refillRows.lines()
        lines += ["", "How long a cache line takes from one CPU to another, ns"]
        lines += transferRows.lines()
        let absent = CPUDistance.allCases.filter { table.refill[$0] == nil }
        if !absent.isEmpty {
            let names = absent.map(\.label).joined(separator: ", ")
            lines += ["", "Not on this machine, or not for this process: \(names)."]
        }
        return lines
    }

    private var refillRows: TextTable {
        let table = costs.table
        var rows = TextTable(
            [.left] + table.footprints.map { _ in .right } + [.right]
        )
        rows.append(["CPUs of"] + table.footprints.map(Self.size) + ["ps/byte"])
        for distance in CPUDistance.allCases {
            guard let refill = table.refill[distance] else { continue }
            let rate = table.refillPicosecondsPerByte(distance)
            rows.append(
                [distance.label] + refill.map(Self.microseconds)
                    + [rate.map { fixed($0, digits: 0) } ?? ""]
            )
            if let inOrder = table.refillInOrder[distance] {
                rows.append(["  in order"] + inOrder.map(Self.microseconds))
            }
        }
        rows.append(["no move"] + costs.control.map(Self.microseconds))
        rows.append(["a warm walk"] + table.warm.map(Self.microseconds))
        return rows
    }

    private var transferRows: TextTable {
        var rows = TextTable([.left, .right])
        for distance in CPUDistance.allCases {
            guard let time = costs.table.transfer[distance] else { continue }
            rows.append([distance.label, Self.cell(time, unit: 1)])
        }
        return rows
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }

    private static func microseconds(_ time: CostTable.Spread) -> String {
        cell(time, unit: 1000)
    }

    private static func cell(_ time: CostTable.Spread, unit: Double) -> String {
        let half = (time.upperQuartile - time.lowerQuartile) / 2
        return "\(fixed(time.median / unit, digits: 1)) (\(fixed(half / unit, digits: 1)))"
    }
}

extension CPUDistance {
    /// What two CPUs share, as a row's heading.
    fileprivate var label: String {
        switch self {
        case .core: "one core"
        case .cache: "one cache"
        case .node: "one node"
        case .nothing: "two nodes"
        }
    }
}
