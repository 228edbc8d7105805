import ArgumentParser
import SchedDaemon

struct ObserveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "observe",
        abstract: "Watch the kernel's own scheduler and see what the model would have done.",
        discussion: """
            Asks the model about every task that the kernel moves to another domain, and about \
            those that it keeps but mlsched would have asked about. Changes nothing, and \
            needs no sched_ext: Linux 5.15 or later with BTF. A line of statistics comes out at \
            each interval, and the sums at the end, also by process name:

              migrations  tasks that the kernel moved to another CPU
              across      of these, to a CPU of another domain
              agreed      of these, the model would have moved them too
              vetoed      of these, the model would have kept them
              undecided   of these, the model had not decided on their pattern yet
              forced      of these, they could not have stayed: affinity
              kept        tasks that the kernel kept where mlsched would have asked
              would move  of these, the model would have moved them

            On a machine with one cache, CPU lists make domains:

              sudo mlsched observe --domains 0/1 --duration 10

            Exit status: 0, 1 when output could not be written, 2 when it could not start. \
            However it ends, it leaves nothing in the kernel.
            """
    )

    @OptionGroup var model: ModelOption
    @OptionGroup var domains: DomainsOption

    @Option(
        help: ArgumentHelp("Print statistics at this interval, in seconds.", valueName: "sec")
    )
    var stats = Seconds.one

    @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "sec"))
    var duration: Seconds?

    @Option(help: ArgumentHelp("Process names to show at the end.", valueName: "n"))
    var top = 10

    @Option(
        help: ArgumentHelp(
            "Write every request, its features and the answer to a CSV file.",
            valueName: "path"
        ),
        completion: .file()
    )
    var csv: String?

    @Flag(help: "Print JSON, one object a line: statistics and every request.")
    var json = false

    @Flag(help: "Let the kernel measure what watching costs; costs a little itself.")
    var overhead = false

    func run() async throws {
        let configuration = try observerConfiguration()
        let requests = try csv.map { path in try RequestCSV(path: path) }
        let printer = ObservationPrinter(top: top, isJSON: json)
        let service = ObserverService(
            configuration,
            source: model.source(),
            record: { rows in
                try requests?.write(rows)
                try printer.print(rows)
            },
            report: printer.print
        )
        try await unusableOnError {
            try KernelRequirements.checkTracing()
            _ = try model.load()
            noteSingleDomain()
            try await runToEnd(service)
        }
    }

    private func observerConfiguration() throws(Failure) -> ObserverConfiguration {
        guard top >= 0 else {
            throw .unusable("--top \(top) is not a number of names; give 0 or more")
        }
        var configuration = ObserverConfiguration()
        configuration.grouping = domains.grouping
        configuration.duration = duration?.duration
        configuration.interval = stats.duration
        configuration.recordsRequests = csv != nil || json
        configuration.measuresOverhead = overhead
        return configuration
    }

    /// Where there is one domain nothing moves between domains; says how to make two.
    private func noteSingleDomain() {
        guard let plan = try? SchedulerPlan(grouping: domains.grouping), plan.domains.count == 1
        else { return }
        let cpus = plan.topology.online.cpus
        guard cpus.count > 1 else { return }
        let halves = [cpus[..<(cpus.count / 2)], cpus[(cpus.count / 2)...]].map { CPUList($0) }
        StandardError.print(
            "mlsched: one domain only, \(plan.domains[0]): nothing moves between domains; make two "
                + "with --domains \(halves[0])/\(halves[1])"
        )
    }
}
