import MLPInference
import ModelTestSupport
import Testing

@testable import SchedBench

@Suite("Subjects of inference")
struct InferenceSubjectTests {
    private static let features = [
        Feature(name: "a", offset: 2, scale: 0.5), Feature(name: "b", offset: -1, scale: 3),
        Feature(name: "c"),
    ]

    private static func network(_ widths: [Int], seed: UInt64 = 1) -> TestModel {
        TestModel(
            widths: widths,
            activations: Array(repeating: .relu, count: widths.count - 2) + [.sigmoid],
            features: widths[0] == features.count ? features : nil,
            seed: seed
        )
    }

    /// The model's test vectors over and over: what every subject evaluates.
    private static func rows(_ count: Int, of network: TestModel) -> [Float] {
        (0..<count * network.inputCount).map { network.testInputs[$0 % network.testInputs.count] }
    }

    @Test(
        "plain C and the library answer as binary64 does, over the edges of its blocks",
        arguments: [[3, 4, 1], [3, 17, 9, 1], [5, 1, 1], [10, 64, 64, 1], [3, 130, 1]],
        [1, 2, 127, 128, 129, 300]
    )
    func answers(widths: [Int], rows: Int) throws {
        let network = Self.network(widths)
        let model = try Model(bytes: network.encoded())
        let expected = network.naive(Self.rows(rows, of: network))
        var library = LibrarySubject(model, rows: rows)
        library.evaluate(rows: rows)
        var theirs: [Float] = []
        if var plain = PlainCSubject(model, rows: rows) {
            plain.evaluate(rows: rows)
            theirs = Array(plain.outputs.all)
        }
        let ours = Array(library.outputs.all)
        #expect(theirs.count == rows && ours.count == rows)
        for (row, exact) in expected.enumerated() {
            // A sigmoid's slope is 1/4 at most; its argument is good to some thousand ulps here.
            #expect(abs(Double(theirs[row]) - exact) < 1e-5, "row \(row) of plain C")
            #expect(abs(Double(ours[row]) - exact) < 1e-5, "row \(row)")
        }
    }

    @Test("fewer rows than there is room for leave the rest as it was")
    func fewer() throws {
        let model = try Model(bytes: Self.network([3, 4, 1]).encoded())
        var library = LibrarySubject(model, rows: 8)
        library.evaluate(rows: 3)
        let ours = Array(library.outputs.all)
        #expect(ours[..<3].allSatisfy { $0 != 0 } && ours[3...].allSatisfy { $0 == 0 })
        if var plain = PlainCSubject(model, rows: 8) {
            plain.evaluate(rows: 3)
            let theirs = Array(plain.outputs.all)
            #expect(theirs[..<3].allSatisfy { $0 != 0 } && theirs[3...].allSatisfy { $0 == 0 })
        }
    }

    @Test("in a chain each call takes the result of the one before it")
    func chained() throws {
        let network = Self.network([3, 4, 1], seed: 5)
        let model = try Model(bytes: network.encoded())
        var library = LibrarySubject(model, rows: 1)
        library.evaluate(rows: 1)
        var raw = Self.rows(1, of: network)
        var last = try #require(network.naive(raw).first)
        for _ in 0..<4 {
            library.evaluateChained()
            raw[2] = Float(last)
            last = try #require(network.naive(raw).first)
            let ours = Double(library.outputs.start[0])
            #expect(abs(ours - last) < 1e-5)
        }
    }

    @Test("a network that the C code is not written for is none of its subjects")
    func unsupported() throws {
        let others: [[Activation]] = [
            [.relu, .relu], [.sigmoid, .sigmoid], [.tanh, .sigmoid], [.relu, .identity],
        ]
        for activations in others {
            let file = TestModel(widths: [3, 4, 1], activations: activations).encoded()
            let isSupported =
                switch PlainCSubject(try Model(bytes: file), rows: 1) {
                case .some: true
                case .none: false
                }
            #expect(!isSupported, "\(activations)")
        }
    }
}
