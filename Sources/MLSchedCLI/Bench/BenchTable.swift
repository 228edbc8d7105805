import SchedBench

/// The results of one section in aligned columns.
struct BenchTable {
    private let header: [String]
    private let rows: [[String]]

    /// The table of a section.
    init(_ section: BenchSection, _ results: [BenchResult]) {
        switch section {
        case .inference: (header, rows) = Self.inference(results)
        case .roundtrip: (header, rows) = Self.roundTrip(results)
        case .lookup: (header, rows) = Self.lookup(results)
        case .network: (header, rows) = Self.network(results)
        case .start: (header, rows) = Self.start(results)
        }
    }

    /// The lines, each behind that many blanks.
    func lines(indent: Int) -> [String] {
        var table = TextTable([.left] + header.dropFirst().map { _ in .right })
        table.append(header)
        rows.forEach { table.append($0) }
        return table.lines(indent: indent)
    }

    private typealias Contents = ([String], [[String]])

    private static func inference(_ results: [BenchResult]) -> Contents {
        let header = [
            "batch", "ns/call", "±", "p50", "p99", "p99.9", "max", "ns/sample", "GFLOP/s", "peak",
            "x limit", "chained", "sgemm", "fused", "subnormal", "plain C", "ratio", "quartiles",
        ]
        let ours = results.filter { $0.subject == "mlsched" }
        let rows = ours.map { result in
            let beside = Dictionary(
                results.filter { $0.name == result.name }.map { ($0.subject, $0.figures) },
                uniquingKeysWith: { first, _ in first }
            )
            let figures = result.figures
            return [
                figures["batch"].map { "\(Int($0))" } ?? result.name,
                number(figures["ns_per_call"]), spread(result),
                duration(figures["p50_ns"]), duration(figures["p99_ns"]),
                duration(figures["p999_ns"]), duration(figures["max_ns"]),
                number(figures["ns_per_sample"]), number(figures["gflops"]),
                percent(figures["peak_share"]), number(figures["times_floor"]),
                number(figures["chained_ns"]),
                number(beside["mlsched sgemm"]?["ns_per_call"]),
                number(beside["mlsched fused"]?["ns_per_call"]),
                ratio(beside["mlsched subnormal"]?["ratio_to_ordinary"]),
                number(beside["plain C"]?["ns_per_call"]),
                ratio(figures["ratio_to_c"]),
                "\(ratio(figures["ratio_to_c_low"]))-\(ratio(figures["ratio_to_c_high"]))",
            ]
        }
        return (header, rows)
    }

    private static func roundTrip(_ results: [BenchResult]) -> Contents {
        let header = [
            "requests", "p50", "±", "p99", "p99.9", "max", "wake-up", "ratio", "batch",
            "decisions/s", "sent", "lost", "dropped", "CPU", "sent late p99",
        ]
        let ours = results.filter { $0.subject == "mlsched" }
        let rows = ours.map { result in
            let alone = results.first { $0.name == result.name && $0.subject == "wake-up alone" }
            let figures = result.figures
            return [
                result.name,
                duration(figures["p50_ns"]), spread(result), duration(figures["p99_ns"]),
                duration(figures["p999_ns"]), duration(figures["max_ns"]),
                duration(alone?.figures["p50_ns"]), number(figures["ratio_to_wake"]),
                number(figures["mean_batch"]), count(figures["decisions_per_s"]),
                count(figures["sent"]), count(figures["lost"]), count(figures["dropped"]),
                percent(figures["processor_share"]), duration(figures["late_p99_ns"]),
            ]
        }
        return (header, rows)
    }

    private static func lookup(_ results: [BenchResult]) -> Contents {
        let rows = results.map { result in
            [
                result.name, number(result.figures["ns"]), spread(result),
                number(result.figures["unsubtracted_ns"]), number(result.figures["empty_ns"]),
                number(result.figures["by_statistics_ns"]),
            ]
        }
        return (["", "ns", "±", "with the loop", "the loop", "by the kernel's statistics"], rows)
    }

    private static func network(_ results: [BenchResult]) -> Contents {
        let rows = results.map { result in
            let figures = result.figures
            return [
                result.name, number(figures["ns"]), spread(result),
                ratio(figures["ratio_to_float32"]), number(figures["empty_ns"]),
                number(figures["by_statistics_ns"]), count(figures["verified_instructions"]),
            ]
        }
        let header = [
            "", "ns", "±", "ratio", "the loop", "by the kernel's statistics", "verifier steps",
        ]
        return (header, rows)
    }

    private static func start(_ results: [BenchResult]) -> Contents {
        let rows = results.map { result in
            [
                result.name, duration(result.figures["ns"]), spread(result),
                mebibytes(result.figures["resident_kib"].map { $0 * 1024 }),
                mebibytes(result.figures["peak_kib"].map { $0 * 1024 }),
                mebibytes(result.figures["binary_bytes"]),
            ]
        }
        return (["", "time", "±", "resident", "peak", "program"], rows)
    }

    private static func spread(_ result: BenchResult) -> String {
        percent(result.sample?.spread)
    }
}

private func number(_ value: Double?) -> String { value.map { short($0) } ?? "-" }
private func ratio(_ value: Double?) -> String { value.map { fixed($0, digits: 3) } ?? "-" }
private func count(_ value: Double?) -> String { value.map { fixed($0, digits: 0) } ?? "-" }
private func duration(_ value: Double?) -> String { value.map { time(UInt64($0)) } ?? "-" }

private func percent(_ value: Double?) -> String {
    value.map { fixed($0 * 100, digits: 1) + "%" } ?? "-"
}

private func mebibytes(_ bytes: Double?) -> String {
    bytes.map { fixed($0 / 1_048_576, digits: 1) + "M" } ?? "-"
}
