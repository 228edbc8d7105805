import ArgumentParser
import MLSched

/// The features of one candidate.
struct FeatureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("CPU on which the task last ran, 0 to 1023.", valueName: "id"))
    var cpu: Int?

    @Option(help: ArgumentHelp("CPUs that are idle.", valueName: "count"))
    var idle: Int?

    @Option(
        help: ArgumentHelp(
            "CPUs that are not; with the idle ones 1 to 1024.",
            valueName: "count"
        )
    )
    var busy: Int?

    @Option(
        help: ArgumentHelp("Load of the domain it would leave, 0 to 1.", valueName: "load")
    )
    var src: Float?

    @Option(
        help: ArgumentHelp("Load of the domain it would enter, 0 to 1.", valueName: "load")
    )
    var dst: Float?

    /// Whether none was given, and rows are read instead.
    var isEmpty: Bool { missing.count == Self.all.count }

    func validate() throws {
        guard isEmpty || missing.isEmpty else {
            throw ValidationError(
                "Missing \(missing.joined(separator: ", ")): give all five features, or none to "
                    + "read rows from standard input."
            )
        }
    }

    /// The features, checked; nil where none was given.
    ///
    /// - Throws: `Failure` where one is out of its range.
    func features() throws(Failure) -> MigrationFeatures? {
        guard let cpu, let idle, let busy, let src, let dst else { return nil }
        do throws(RowError) {
            return try [
                .cpu: Double(cpu), .cpuIdle: Double(idle), .cpuNotIdle: Double(busy),
                .srcDomLoad: Double(src), .dstDomLoad: Double(dst),
            ].features()
        } catch {
            throw .unusable(error.sentence)
        }
    }

    private var missing: [String] {
        let given: [LiveFeature: Bool] = [
            .cpu: cpu != nil, .cpuIdle: idle != nil, .cpuNotIdle: busy != nil,
            .srcDomLoad: src != nil, .dstDomLoad: dst != nil,
        ]
        return Self.all.filter { given[$0] == false }.map { "--\($0.inputName)" }
    }

    /// Those that have a flag; a model of more is asked by rows.
    static let all = LiveFeature.measured.filter(\.isInPattern)
}
