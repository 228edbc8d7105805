import MLPInference
import ModelTestSupport
import Testing

@Suite("predict --raw")
struct PredictRawTests {
    @Test("outputs of any model are those of its definition, in order")
    func outputs() throws {
        let network = TestModel(
            widths: [3, 33, 2],
            activations: [.elu(alpha: 0.5), .identity],
            seed: 11
        )
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", network.encoded())
        var random = SplitMix64(seed: 2)
        let rows = (0..<700).map { _ in (0..<3).map { _ in random.signedUnit() } }
        let input = rows.map { $0.map(\.description).joined(separator: ",") + "\n" }.joined()
        let plain = try Program.run("predict", "--raw", "--model", path, input: input)
        let json = try Program.run("predict", "--raw", "--json", "--model", path, input: input)
        #expect(plain.lines.count == rows.count)
        #expect(json.lines == plain.lines.map { "[\($0)]" })
        for (row, line) in zip(rows, plain.lines) {
            let outputs = try line.split(separator: ",").map { try #require(Double($0)) }
            let expected = network.naive(row)
            #expect(outputs.count == expected.count)
            #expect(zip(outputs, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("every finite float survives the way out and in again")
    func roundTrip() throws {
        let network = TestModel(widths: [1, 1], activations: [.identity], seed: 1)
        var copy = network
        copy.layers[0].weights = [1]
        copy.layers[0].bias = [0]
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", copy.encoded())
        let values: [Float] = [
            0, 1, 0.1, 1 / 3, 16_777_215, .greatestFiniteMagnitude, .leastNormalMagnitude, -2.5e-9,
        ]
        let input = values.map { "\($0)\n" }.joined()
        let result = try Program.run("predict", "--raw", "--model", path, input: input)
        #expect(result.lines.map { Float($0) } == values)
    }

    @Test("NaN and infinity go through, and JSON writes null for them")
    func notFinite() throws {
        let network = TestModel(widths: [1, 1], activations: [.identity], seed: 1)
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", network.encoded())
        let plain = try Program.run("predict", "--raw", "--model", path, input: "nan\n")
        let json = try Program.run("predict", "--raw", "--json", "--model", path, input: "NaN\n")
        #expect(plain.output == "nan\n")
        #expect(json.output == "[null]\n")
    }

    @Test(
        "a row must be as wide as the model",
        arguments: [
            ("1,2", "2 columns, but the model has 3 inputs"),
            ("1,2,3,4", "4 columns, but the model has 3 inputs"),
            ("1,,3", "column 2 is '', but must be a number"),
            ("1,0x2,3", "column 2 is '0x2', but must be a number"),
            ("1,2,3e", "column 3 is '3e', but must be a number"),
        ]
    )
    func badRow(row: String, sentence: String) throws {
        let network = TestModel(widths: [3, 1], activations: [.identity])
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", network.encoded())
        let result = try Program.run(
            "predict",
            "--raw",
            "--model",
            path,
            input: "1,2,3\n\(row)\n1,2,3\n"
        )
        #expect(result.status == 2)
        #expect(result.lines.count == 1)
        #expect(result.errors == "mlsched: standard input, line 2: \(sentence)\n")
    }
}
