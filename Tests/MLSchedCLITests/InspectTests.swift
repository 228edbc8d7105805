import MLPInference
import ModelTestSupport
import Testing

@Suite("inspect")
struct InspectTests {
    @Test("the built-in model is shown whole")
    func builtIn() throws {
        let result = try Program.run("inspect")
        #expect(result.status == 0)
        let description = try TemporaryFolder.text(of: Self.weights("default.json"))
        guard case .string(let digest) = try JSONValue(description)["sha256"] else {
            Issue.record("default.json has no sha256")
            return
        }
        #expect(result.output.contains("sha256       \(digest)\n"))
        #expect(result.output.contains("network      10→64→59→1\n"))
        #expect(result.output.contains("mlsched run  accepts it\n"))
        let file = try Program.run("inspect", Self.weights("default.mlw"))
        #expect(file.lines.dropFirst() == result.lines.dropFirst())
        let object = try JSONValue(Program.run("inspect", "--json").output)
        #expect(object["verdict"] == .string("accepted"))
        #expect(object["refusal"] == .null)
    }

    @Test("a model of few layers looks as it always did")
    func golden() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", Self.small.encoded())
        let result = try Program.run("inspect", "--vectors", path)
        #expect(result.status == 0)
        // The machine decides the last bits of what comes out, and the kernel.
        let text = result.output.replacing(path, with: "model.mlw")
            .replacing(/worst difference \S+/, with: "worst difference *")
            .replacing(/kernel       .+/, with: "kernel       *")
        let stable = text.split(separator: "TEST VECTORS").first ?? ""
        try Golden("inspect-model.txt").expect(String(stable))
        #expect(text.contains("TEST VECTORS\n  #  inputs"))
    }

    @Test("JSON holds the same numbers, with the test vectors when asked for")
    func json() throws {
        let folder = try TemporaryFolder()
        let network = Self.small
        let path = try folder.file("model.mlw", network.encoded())
        let result = try Program.run("inspect", "--json", "--vectors", path)
        #expect(result.lines.count == 1)
        let object = try JSONValue(result.output)
        #expect(object["bytes"] == .number(Double(network.encoded().count)))
        #expect(object["parameters"] == .number(26))
        #expect(object["multiply_adds"] == .number(20))
        #expect(object["layers"]?[0]?["activation"] == .string("leaky_relu(0.25)"))
        let weights = network.layers[1].weights.map { Double($0) }
        guard case .number(let mean) = object["layers"]?[1]?["weights"]?["mean"],
            case .number(let minimum) = object["layers"]?[1]?["weights"]?["min"],
            case .number(let output) = object["vectors"]?[2]?["outputs"]?[1]
        else {
            Issue.record("numbers are missing in \(result.output)")
            return
        }
        #expect(abs(mean - weights.reduce(0, +) / 8) < 1e-9)
        #expect(Float(minimum) == network.layers[1].weights.min())
        #expect(abs(output - network.naive(network.testInputs)[5]) < 1e-5)
        #expect(try JSONValue(Program.run("inspect", "--json", path).output)["vectors"] == nil)
    }

    @Test("it says why the scheduler refuses a sound model")
    func refusal() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", Self.small.encoded())
        let inspected = try Program.run("inspect", "--json", path)
        #expect(inspected.status == 0)
        let object = try JSONValue(inspected.output)
        #expect(object["verdict"] == .string("refused"))
        guard case .string(let reason) = object["refusal"] else {
            Issue.record("no refusal in \(inspected.output)")
            return
        }
        let predicted = try Program.run("predict", "--model", path)
        #expect(predicted.status == 2)
        #expect(predicted.errors == "mlsched: \(reason)\n")
    }

    @Test("text out of the file cannot command the terminal")
    func escapes() throws {
        var network = Self.small
        network.provenance = "red \u{1B}[31m\nbell \u{7}"
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", network.encoded())
        let result = try Program.run("inspect", path)
        #expect(result.output.contains("red \u{FFFD}[31m\n  bell \u{FFFD}\n"))
    }

    private static var small: TestModel {
        let features = [
            Feature(name: "cpu", unit: "index", offset: 1, scale: 0.5),
            Feature(name: "temperature", unit: "°C"), Feature(name: "zero", scale: 0),
        ]
        let activations = [Activation.leakyReLU(slope: 0.25), .identity]
        return TestModel(
            widths: [3, 4, 2],
            activations: activations,
            features: features,
            seed: 4
        )
    }

    private static func weights(_ name: String) -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return root.joined(separator: "/") + "/weights/\(name)"
    }
}
