import ArgumentParser
import Glibc

@main
struct MLSchedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mlsched",
        abstract: "A CPU scheduler for Linux that asks a small neural network before it migrates.",
        discussion: """
            See whether this machine is fit for it, ask the model a question, and let it schedule \
            for ten seconds:

              sudo mlsched check
              mlsched predict --cpu 4 --idle 2 --busy 6 --src 0.9 --dst 0.2
              sudo mlsched run --stats 1 --duration 10

            Exit status of every command: 0 when it did its work, 1 when something failed while it \
            worked, 2 for wrong values, files or machines, 64 for wrong options. Errors are one \
            sentence on standard error.
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, ObserveCommand.self, BenchCommand.self, PredictCommand.self,
            CheckCommand.self, InspectCommand.self, SimulateCommand.self, RecordCommand.self,
            CalibrateCommand.self, MonitorCommand.self, MetricsCommand.self,
        ]
    )

    /// The names of all commands.
    static var commandNames: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName }
    }

    static func main() async {
        // A reader that goes away, such as head, ends the program without a word.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try parseAsRoot(try Invocation(CommandLine.arguments).arguments)
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            StandardError.print("mlsched: \(failure.sentence)")
            Glibc.exit(failure.status)
        } catch {
            exit(withError: error)
        }
    }
}
