import ArgumentParser

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether this machine can run the scheduler, and what to do if not.",
        discussion: """
            Looks at the kernel, at this process's privileges, at the CPUs and at the model, and \
            changes nothing. Needs no privileges itself, but finds those that `mlsched run` needs \
            only when it is started with them:

              sudo mlsched check

            A note marks what works but could be better.

            Exit status: 0 when `mlsched run` with the same options would start, 2 when something \
            is missing.
            """
    )

    @OptionGroup var model: ModelOption
    @OptionGroup var domains: DomainsOption
    @OptionGroup var limits: LimitsOption

    @Flag(help: "Print JSON, one object a line for each thing looked at.")
    var json = false

    func run() throws {
        let list = Checklist(
            grouping: domains.grouping,
            ignoresLimits: limits.ignoresLimits
        ) { try model.load() }
        try OutputBuffer.print(
            json ? list.items.map(jsonLine) : list.text(marks: Terminal.showsUnicode)
        )
        if !list.isReady { throw ExitCode(2) }
    }
}
