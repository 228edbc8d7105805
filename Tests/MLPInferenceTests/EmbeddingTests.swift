import Foundation
import MLPInference
import ModelTestSupport
import Testing

@Suite("What embedders use")
struct EmbeddingTests {
    private let network = TestModel(
        widths: [3, 8, 4],
        activations: [.gelu, .identity],
        features: [Feature(name: "speed"), Feature(name: "zero"), Feature(name: "load")]
    )

    @Test("rows of another width are refused before anything is computed")
    func widths() throws {
        var evaluator = MLPEvaluator(try Model(bytes: network.encoded()))
        #expect(throws: InputError.width(row: 1, expected: 3, actual: 2)) {
            try evaluator.evaluate(rows: [[1, 0, 2], [1, 0]])
        }
        let rows: [[Float]] = [[1, 0, 2], [0.5, 0, -1]]
        let outputs = try evaluator.evaluate(rows: rows)
        #expect(outputs.map(\.count) == [4, 4])
        #expect(outputs.flatMap { $0 } == evaluator.evaluate(rows.flatMap { $0 }))
        #expect(try evaluator.evaluate(rows: []).isEmpty)
    }

    @Test("values by name go where the network expects them")
    func names() throws {
        let model = try Model(bytes: network.encoded())
        #expect(try model.row(["load": 2, "speed": 1]) == [1, 0, 2])
        #expect(throws: InputError.missing("load")) { try model.row(["speed": 1]) }
        #expect(throws: InputError.unknown("heat")) {
            try model.row(["speed": 1, "load": 2, "heat": 3])
        }
        #expect("\(InputError.missing("load"))".contains("no value for feature load"))
    }

    @Test("metadata survive being encoded")
    func metadata() throws {
        let metadata = try Model(bytes: network.encoded()).metadata
        #expect(metadata.formatVersion == 2)
        #expect(metadata.layers[0].activation == .gelu)
        let data = try JSONEncoder().encode(metadata)
        #expect(try JSONDecoder().decode(Model.Metadata.self, from: data) == metadata)
        let unknown = String(decoding: data, as: UTF8.self).replacing(
            "\"code\":9",
            with: "\"code\":99"
        )
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Model.Metadata.self, from: Data(unknown.utf8))
        }
    }

    @Test("a pool gives every thread the same answers")
    func pool() async throws {
        let pool = EvaluatorPool(try Model(bytes: network.encoded()))
        let inputs: [Float] = (0..<300).map { Float($0 % 7) / 7 }
        let expected = pool.withEvaluator { $0.evaluate(inputs) }
        await withTaskGroup(of: [Float].self) { group in
            for _ in 0..<64 {
                group.addTask { pool.withEvaluator { $0.evaluate(inputs) } }
            }
            for await outputs in group {
                #expect(outputs == expected)
            }
        }
    }

    @Test("a softmax over many classes sums to one", arguments: [KernelChoice.sgemm, .fused])
    func softmax(kernel: KernelChoice) throws {
        var plain = network
        plain.layers[1].activation = .identity
        var logits = MLPEvaluator(try Model(bytes: plain.encoded(), kernel: kernel))
        var classes = plain
        classes.layers[1].activation = .softmax
        classes.testInputs = [0, 0, 0]
        var evaluator = MLPEvaluator(try Model(bytes: classes.softmaxEncoded(), kernel: kernel))
        let rows: [[Float]] = (0..<200).map { [Float($0) / 10 - 10, 0, Float($0 % 9)] }
        for (row, scores) in try zip(logits.evaluate(rows: rows), evaluator.evaluate(rows: rows)) {
            let powers = row.map { exp(Double($0)) }
            let sum = powers.reduce(0, +)
            for (score, power) in zip(scores, powers) {
                #expect(abs(Double(score) - power / sum) < 1e-6)
            }
        }
    }

    @Test("a softmax before the last layer is refused, and newer functions in a file of version 1")
    func misplaced() throws {
        var early = network
        early.layers[0].activation = .softmax
        #expect { try Model(bytes: early.encoded()) } throws: { error in
            (error as? ModelError)?.reason == .earlySoftmax
        }
        var file = network.encoded()
        file[8] = 1
        TestModel.reseal(&file)
        #expect { try Model(bytes: file) } throws: { error in
            (error as? ModelError)?.reason == .unknownActivation(9)
        }
    }
}

extension TestModel {
    /// The file of a network that ends in a softmax, with the expected outputs of one.
    fileprivate func softmaxEncoded() -> [UInt8] {
        var file = encoded()
        let outputs = naive(testInputs)
        let powers = outputs.map { exp($0) }
        let sum = powers.reduce(0, +)
        // The expected outputs of the one test vector begin the last section.
        let start = file.count - 64
        for (index, power) in powers.enumerated() {
            withUnsafeBytes(of: Float(power / sum).bitPattern.littleEndian) { bytes in
                for (offset, byte) in bytes.enumerated() {
                    file[start + 4 * index + offset] = byte
                }
            }
        }
        TestModel.reseal(&file)
        return file
    }
}
