import ArgumentParser
import DefaultWeights
import MLPInference

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show all that a model file holds.",
        discussion: """
            Shows the file's identity, the features with their scaling and where their values come \
            from, every layer with the distribution of its weights, the provenance, and whether \
            `mlsched run` accepts the model:

              mlsched inspect my-model.mlw

            Reading a model checks every field of its file and evaluates the test vectors in it; \
            the worst difference is what they were off by, in parts of max(1, |expected|).

            Exit status: 0 for a sound file, also one that `mlsched run` refuses, as for features \
            that it cannot supply; 2 for any other file.
            """
    )

    @Argument(help: ArgumentHelp("Model file (default: the built-in model).", valueName: "model"))
    var path: String?

    @Flag(help: "Show the test vectors too.")
    var vectors = false

    @Flag(help: "Print JSON, one object on a line.")
    var json = false

    func run() throws {
        let model = try unusableOnError {
            try path.map { path in try Model(path: path) } ?? DefaultModel.load()
        }
        let report = ModelReport(model, path: path, withVectors: vectors)
        try OutputBuffer.print(json ? [jsonLine(report)] : report.text)
    }
}
