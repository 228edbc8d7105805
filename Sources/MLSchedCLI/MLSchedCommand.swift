import ArgumentParser
import Glibc

@main
struct MLSchedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mlsched",
        abstract: "A CPU scheduler for Linux that asks a small neural network before it migrates.",
        version: Version.text,
        subcommands: [
            RunCommand.self, PredictCommand.self, CheckCommand.self, InspectCommand.self,
        ]
    )

    static func main() async {
        // A reader that goes away, such as head, ends the program without a word.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try parseAsRoot()
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
