import ArgumentParser
import SchedSim

/// How both answers to a decision are tried, for labels and for the oracle.
struct BranchingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write labels as CSV to a file.", valueName: "file"))
    var labels: String?

    @Option(help: ArgumentHelp("Label one candidate in so many (default: 10).", valueName: "count"))
    var every = 10

    @Option(
        help: ArgumentHelp(
            "How far both branches are followed, in ms, 0.1 to 10000 (default: 10).",
            valueName: "ms"
        )
    )
    var horizon = 10.0

    @Option(
        help: ArgumentHelp("Futures that are drawn, 1 to 1000 (default: 4).", valueName: "count")
    )
    var futures = 4

    func validate() throws {
        guard (0.1...10_000).contains(horizon), (1...1000).contains(futures), every >= 1 else {
            throw ValidationError(
                "--horizon is 0.1 to 10000 ms, --futures 1 to 1000, --every 1 or more."
            )
        }
    }

    func options(clairvoyant: Bool) -> BranchOptions {
        var options = BranchOptions()
        options.every = every
        options.horizonNanoseconds = UInt64(horizon * 1e6)
        options.futures = futures
        options.isClairvoyant = clairvoyant
        return options
    }
}
