import SchedBench

/// Two runs beside each other.
enum ComparisonTable {
    /// The lines: a warning where the runs differ in more than time, then a row for each
    /// measurement that both have.
    ///
    /// - Throws: `Failure` where they have none.
    static func lines(_ first: [BenchResult], _ second: [BenchResult]) throws -> [String] {
        let comparisons = Comparison.all(first, second)
        guard !comparisons.isEmpty else {
            throw Failure.unusable(
                "the two files have no measurement in common; measure the same sections in both"
            )
        }
        var table = TextTable([.left, .left, .right, .right, .right, .left, .left])
        table.append(["measurement", "figure", "first", "second", "ratio", "range", ""])
        for comparison in comparisons {
            let range = comparison.range
            table.append([
                comparison.key, comparison.figure, short(comparison.medians.first),
                short(comparison.medians.second), fixed(comparison.ratio, digits: 3),
                "\(fixed(range.lowerBound, digits: 3))-\(fixed(range.upperBound, digits: 3))",
                comparison.verdict.rawValue,
            ])
        }
        return differences(first[0].environment, second[0].environment) + table.lines()
    }

    private static func differences(
        _ first: BenchEnvironment,
        _ second: BenchEnvironment
    ) -> [String] {
        let pairs = [
            ("machine", first.machine, second.machine), ("kernel", first.kernel, second.kernel),
            ("BLAS", first.blas, second.blas), ("BLAS core", first.blasCore, second.blasCore),
            ("model", first.model, second.model), ("version", first.version, second.version),
            ("build", first.build, second.build),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { name, first, second in
            "note: another \(name): \(printable(first)), then \(printable(second))"
        }
    }
}
