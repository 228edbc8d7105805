import ArgumentParser
import LinuxSystem
import SchedDaemon
import SchedRecording

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record what the machine's tasks do, for replay in the simulator.",
        discussion: """
            Notes who runs how long and where, who wakes whom, sleeps, forks and ends, of all \
            tasks of the machine, whatever scheduler the kernel runs. Changes nothing, and needs \
            no sched_ext: Linux 5.15 or later with BTF. Ends with the command, after the \
            duration, or with Ctrl-C:

              sudo mlsched record -o build.rec -- make -j8
              sudo mlsched record -o minute.rec --duration 60

            The file tells a task's name only with --names; without, it has a hash that is \
            another one in each recording. What was lost because the reader was late is counted, \
            and such a recording is not called whole any more, here and wherever it is used.

            Exit status: 0, whatever the command's own; 1 when the file could not be written, 2 \
            when it could not start. There is a file only with 0.
            """
    )

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the recording to this file.", valueName: "path")
    )
    var output: String

    @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "sec"))
    var duration: Seconds?

    @Flag(help: "Keep the names of tasks.")
    var names = false

    @Flag(help: "Let the kernel measure what recording costs; costs a little itself.")
    var overhead = false

    @Flag(help: "Print the summary as JSON.")
    var json = false

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("Run this program meanwhile.", valueName: "command")
    )
    var command: [String] = []

    func run() async throws {
        var configuration = RecorderConfiguration(path: output)
        configuration.duration = duration?.duration
        configuration.keepsNames = names
        configuration.measuresOverhead = overhead
        configuration.command = command
        let service = RecorderService(configuration) { [json, output] report in
            let summary = RecordingSummary(report, path: output)
            try OutputBuffer.print(json ? [jsonLine(summary)] : summary.lines)
        }
        try await unusableOnError {
            do {
                try await runToEnd(service)
            } catch let failure as AtomicFile.Failure where failure.hadBegun {
                throw Failure.broken(failure.description)
            }
        }
    }
}
