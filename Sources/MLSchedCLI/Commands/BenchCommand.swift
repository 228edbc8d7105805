import ArgumentParser
import MLPInference
import SchedBench

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure every step of a decision, on the kernel you have.",
        discussion: """
            inference: batches of the network by each kernel, beside plain C around the same \
            cblas_sgemm calls and beside the core's measured limit; `subnormal` is the time with \
            weights below 1e-38 in parts of the usual. roundtrip: a BPF program sends requests at \
            fixed rates, the daemon's own thread answers; where it sleeps meanwhile, beside what a \
            plain wake-up takes on this machine. lookup: the scheduler's decision path inside BPF. \
            network: networks in fixed point inside BPF, beside the model in user space, a batch \
            of one. start: exec to ready and, where sched_ext is there and free, to attached.

              mlsched bench
              mlsched bench --only inference --batch 1,32
              sudo mlsched bench --json > here.json
              mlsched bench --compare before.json here.json
              mlsched bench --from here.json --plot plots

            Threads stay on one CPU, everything is warmed up and then measured in turns for \
            several rounds; ± is half the distance between the rounds' quartiles. Requests are \
            sent on a schedule that does not wait for answers, so slow answers hide none \
            (coordinated omission). Percentiles with fewer than ten values beyond them are left \
            out. The environment variables OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE change the \
            results; the heading says when they are set.

            roundtrip, lookup and network need BTF and the right to load BPF programs: a kernel \
            from 5.15 on, and root. Without them the other sections are still measured.

            Exit status: 0; 1 when something failed while measuring; 2 for wrong files or values, \
            and when a section named by --only cannot be measured here.
            """
    )

    @OptionGroup var model: ModelOption
    @OptionGroup var kernel: KernelOption

    @Option(
        help: ArgumentHelp(
            "Sections to measure, comma-separated (default: all).",
            valueName: "sections"
        )
    )
    var only: BenchSections?

    @Option(
        help: ArgumentHelp(
            "Batch sizes, 1 to 65536, comma-separated (default: 1,2,4,8,16,32,64,128,1024,65536).",
            valueName: "sizes"
        )
    )
    var batch: BatchSizes?

    @Option(
        help: ArgumentHelp(
            "Rounds, 1 to 1000; more of them narrow the spread (default: 5).",
            valueName: "n"
        ),
        transform: { text in try parseNumber(text, in: 1...1000, unit: "rounds") }
    )
    var rounds = 5

    @Option(
        help: ArgumentHelp("CPU to measure on (default: the last one allowed).", valueName: "cpu"),
        transform: { text in try parseNumber(text, in: 0...1023, unit: "a CPU") }
    )
    var cpu: Int?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Option(
        help: ArgumentHelp("Show the results in a file instead of measuring.", valueName: "file")
    )
    var from: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Compare the results in two files.", valueName: "file")
    )
    var compare: [String] = []

    @Option(help: ArgumentHelp("Write plots into this directory, as SVG.", valueName: "dir"))
    var plot: String?

    @Flag(help: .hidden)
    var ready = false

    func validate() throws {
        guard compare.isEmpty || compare.count == 2 else {
            throw ValidationError("--compare takes two files, such as before.json after.json")
        }
        guard compare.isEmpty || from.isEmpty else {
            throw ValidationError("--compare and --from exclude each other; give one of them")
        }
    }

    func run() throws {
        if ready {
            try OutputBuffer.print([StartReport.becomeReady(model.load(kernel.kernel)).line])
        } else if !compare.isEmpty {
            try unusableOnError {
                let runs = try compare.map { path in try ResultFile.read(path) }
                try OutputBuffer.print(ComparisonTable.lines(runs[0], runs[1]))
            }
        } else {
            try show()
        }
    }

    private func show() throws {
        let printer = BenchPrinter(isJSON: json)
        var results: [BenchResult] = []
        if from.isEmpty {
            let runner = try unusableOnError { try self.runner(printer) }
            results = try runner.run()
        } else {
            try unusableOnError {
                for path in from { results += try ResultFile.read(path) }
            }
            try printer.printAll(results)
        }
        if let plot {
            let paths = try unusableOnError { try PlotFiles.write(results, into: plot) }
            paths.forEach { StandardError.print("mlsched: wrote \($0)") }
        }
    }

    private func runner(_ printer: BenchPrinter) throws -> BenchRunner {
        try BenchRunner(
            model: model.load(kernel.kernel),
            modelPath: model.path,
            sections: only?.all,
            batches: batch?.all ?? InferenceBench.defaultBatches,
            rounds: rounds,
            cpu: cpu,
            printer: printer
        )
    }
}
