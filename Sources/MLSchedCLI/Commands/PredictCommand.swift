import ArgumentParser
import Glibc
import LinuxSystem
import MLPInference
import MLSched

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Ask the model whether tasks should migrate.",
        discussion: """
            For one task, give its five features:

              mlsched predict --cpu 4 --idle 2 --busy 6 --src 0.9 --dst 0.2

            For many, give a file of rows or pipe them into it: CSV below a header that names the \
            columns cpu, idle, busy, src and dst in any order, or JSON lines with these members; \
            cpu_idle, cpu_not_idle, src_dom_load and dst_dom_load are understood too, and whatever \
            else a row has is ignored. A line with score and decision comes out for every row, with \
            --keep after the row itself:

              mlsched predict tasks.csv > decisions.csv

            The decision is to migrate where the score is above the model's threshold. The \
            scheduler in the kernel knows loads in tenths only; where that gives other loads than \
            yours, a last line shows what it would decide. Rows are scored as they are, unless \
            --tenths is given.

            With --raw a row is the model's inputs in its own order, comma-separated and without \
            a header, and its outputs come out. This works with models of any features.

            Exit status: 0, or 2 for wrong values, rows or models; the results of rows before a \
            wrong one have been written then.
            """
    )

    @Argument(
        help: ArgumentHelp("Rows (default: standard input).", valueName: "file"),
        completion: .file()
    )
    var path: String?

    @OptionGroup var features: FeatureOptions
    @OptionGroup var model: ModelOption
    @OptionGroup var kernel: KernelOption

    @Flag(help: "Round loads to tenths first, as the scheduler in the kernel does.")
    var tenths = false

    @Flag(help: "Write each row before its score and decision, which are two columns more.")
    var keep = false

    @Flag(help: "Read rows of all the model's inputs and write its outputs.")
    var raw = false

    @Flag(help: "Print JSON, one object a line; with --raw one array.")
    var json = false

    func validate() throws {
        guard path == nil || features.isEmpty else {
            throw ValidationError("Give one task's features or a file of rows, not both.")
        }
        guard !keep || features.isEmpty && !raw && !json else {
            throw ValidationError(
                "--keep writes rows as they come; leave out --raw, --json and the features."
            )
        }
        guard raw else { return }
        guard features.isEmpty else {
            throw ValidationError("--raw reads rows; leave out the features.")
        }
        guard !tenths else {
            throw ValidationError("--raw takes inputs as they are; leave out --tenths.")
        }
    }

    func run() throws {
        if let features = try features.features() {
            try predictOne(tenths ? features.quantised : features)
        } else if raw {
            try predictRaw()
        } else {
            try predictRows()
        }
    }

    private func predictOne(_ features: MigrationFeatures) throws {
        let model = try unusableOnError { try self.model.load(kernel.kernel) }
        if let other = LiveFeature.needed(by: model).first(where: { !$0.isInPattern }) {
            throw Failure.unusable(
                "the model asks for \(other.rawValue) too, which has no flag; pipe a row into "
                    + "standard input"
            )
        }
        var scheduler = try MLScheduler(model: model)
        let report = PredictionReport(features, by: &scheduler)
        try OutputBuffer.print(json ? [jsonLine(report)] : report.text)
    }

    private func predictRows() throws {
        let scheduler = try MLScheduler(model: unusableOnError { try model.load(kernel.kernel) })
        var predictor = RowPredictor(
            scheduler,
            roundsLoads: tenths,
            writesJSON: json,
            keepsRows: keep
        )
        try readLines(to: &predictor)
    }

    private func predictRaw() throws {
        let model = try unusableOnError { try self.model.loadAny(kernel.kernel) }
        var predictor = RawPredictor(model, writesJSON: json)
        try readLines(to: &predictor)
    }

    private func readLines(to handler: inout some LineHandler & ~Copyable) throws {
        if let path { return try readLines(of: path, to: &handler) }
        guard isatty(STDIN_FILENO) == 0 else {
            throw Failure.unusable(
                "there are no features and no rows; give --cpu, --idle, --busy, --src and --dst, "
                    + "a file of rows, or pipe rows into standard input"
            )
        }
        var reader = LineReader(descriptor: STDIN_FILENO, name: "standard input")
        try reader.handLines(to: &handler)
    }
    private func readLines(
        of path: String,
        to handler: inout some LineHandler & ~Copyable
    ) throws(Failure) {
        let file: OwnedDescriptor
        do {
            file = try OwnedDescriptor(open(path, O_RDONLY | O_CLOEXEC), "open", path)
        } catch {
            throw .unusable("\(error)")
        }
        var reader = LineReader(descriptor: file.raw, name: path)
        try reader.handLines(to: &handler)
    }
}
