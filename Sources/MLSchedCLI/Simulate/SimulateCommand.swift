import ArgumentParser
import SchedSim

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the scheduler's own code on a simulated machine.",
        discussion: """
            The BPF code that schedules a kernel runs here on a simulation of the sched_ext core, \
            event by event, with any number of CPUs and no privileges:

              mlsched simulate spinners pairs --cpus 64 --llcs 8 --policy heuristic,always,never

            Policies are compared on the same seeds: medians over the seeds, with the least and \
            the most. oracle decides each candidate by looking at what both answers lead to, in \
            futures that are drawn anew; model=FILE decides by a model file, and model by the \
            built-in one.

            Workloads: \(workloadList). A file ending in .json is one of rt-app(1), of which \
            what is not known is refused by name; one ending in .rec, or with a slash, is a \
            recording of mlsched record, of which who waits for whom is kept and times are not.

            With --labels FILE both answers are tried for sampled candidates, and a row of features \
            and outcomes is written for each. With --fuzz N random machines and \
            workloads are tried; a violation is printed with its seed and a smaller case that \
            shows it, and ends the command with status 1.

            Exit status: 0; 1 where a violation was found; 2 for machines or workloads that are \
            inconsistent.
            """
    )

    @Argument(help: "What runs.")
    var workloads: [String] = []

    @OptionGroup(title: "Machine") var machine: SimulatedMachineOptions
    @OptionGroup(title: "Runs") var runs: SimulationRunOptions
    @OptionGroup(title: "Labels") var branches: BranchingOptions
    @OptionGroup(title: "Fuzzing") var fuzzing: FuzzingOptions

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Write the run of one workload, policy and seed as a trace for ui.perfetto.dev.",
            valueName: "file"
        )
    )
    var trace: String?

    func validate() throws {
        guard trace == nil || (workloads.count == 1 && !runs.policy.contains(",")) else {
            throw ValidationError("--trace takes one workload and one --policy.")
        }
        guard fuzzing.fuzz == nil || workloads.isEmpty else {
            throw ValidationError("--fuzz makes workloads of its own; leave them out.")
        }
        guard fuzzing.fuzz != nil || !workloads.isEmpty else {
            throw ValidationError("there is no workload; give one of \(Self.workloadList).")
        }
        guard branches.labels == nil || workloads.count == 1 else {
            throw ValidationError("--labels takes one workload at a time.")
        }
    }

    func run() throws {
        if let count = fuzzing.fuzz {
            try fuzzing.run(count: count, first: runs.seed)
        } else if let trace {
            try SimulationTrace(path: trace, options: self).run()
        } else if let path = branches.labels {
            try LabelWriter(path: path, options: self).run()
        } else {
            try SimulationComparison(options: self).run()
        }
    }

    static var workloadList: String {
        BuiltInWorkload.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
