import SchedBench

/// Shows results: tables for people, or JSON.
struct BenchPrinter {
    /// One object a line instead of tables.
    let isJSON: Bool

    /// The heading: where and with what.
    func begin(_ environment: BenchEnvironment) throws {
        for warning in Self.warnings(environment) { StandardError.print("mlsched: \(warning)") }
        guard !isJSON else { return }
        try OutputBuffer.print(
            [
                "\(environment.machine), \(environment.cpus) CPUs, \(environment.kernel)",
                "\(environment.blas), kernels for \(environment.blasCore)",
                environment.vectors.map { "vectors of \($0)" },
                environment.rule.map { "kernel: \($0)" },
                "mlsched \(environment.version), model \(environment.model.prefix(12))",
            ].compactMap(\.self)
        )
    }

    /// One section.
    func print(_ section: BenchSection, _ results: [BenchResult]) throws {
        guard !isJSON else {
            try unbroken { try OutputBuffer.print(results.map { try ResultFile.line($0) }) }
            return
        }
        try OutputBuffer.print(
            ["", section.title] + BenchTable(section, results).lines(indent: 2)
        )
    }

    /// Results of earlier runs, with each run's heading.
    func printAll(_ results: [BenchResult]) throws {
        guard !isJSON else {
            try unbroken { try OutputBuffer.print(results.map { try ResultFile.line($0) }) }
            return
        }
        var environments: [BenchEnvironment] = []
        for result in results where !environments.contains(result.environment) {
            environments.append(result.environment)
        }
        for environment in environments {
            try begin(environment)
            for section in BenchSection.allCases {
                let part = results.filter {
                    $0.section == section.rawValue && $0.environment == environment
                }
                if !part.isEmpty { try print(section, part) }
            }
        }
    }

    /// What makes the figures differ from those that a user would see.
    static func warnings(_ environment: BenchEnvironment) -> [String] {
        var warnings: [String] = []
        if !environment.blasVariables.isEmpty {
            let names = environment.blasVariables.map { printable($0) }.joined(separator: " and ")
            warnings.append(
                "\(names) in the environment chooses OpenBLAS's kernels, not the CPU that it sees"
            )
        }
        if environment.blasIsNarrow == true {
            warnings.append(
                "OpenBLAS's kernels for \(environment.blasCore) are narrower than this CPU's "
                    + "vectors; mlsched check says what to do"
            )
        }
        if environment.build != "release" {
            warnings.append("this is a debug build; build with `swift build -c release`")
        }
        return warnings
    }

    private func unbroken(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as BenchError {
            throw Failure.broken("\(error)")
        }
    }
}
