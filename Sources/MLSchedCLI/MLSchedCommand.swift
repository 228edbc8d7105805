import ArgumentParser

@main
struct MLSchedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mlsched",
        abstract: "A CPU scheduler for Linux that asks a small neural network before it migrates."
    )
}
