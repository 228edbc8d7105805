import MLPInference
import ModelTestSupport
import Testing

@testable import SchedBench

@Suite("Aligned floats")
struct AlignedFloatsTests {
    @Test("they begin at a cache line and are zero", arguments: [0, 1, 15, 16, 17, 4096])
    func aligned(count: Int) {
        let floats = AlignedFloats(count: count)
        #expect(UInt(bitPattern: floats.start) % 64 == 0)
        #expect(floats.all.count == count && floats.all.allSatisfy { $0 == 0 })
        #expect(floats.prefix(count).count == count && floats.prefix(0).isEmpty)
    }

    @Test("a copy does not change with what it was made of")
    func copy() {
        let first = AlignedFloats(count: 3)
        for index in 0..<3 { first.start[index] = Float(index) }
        let second = AlignedFloats(first.prefix(3))
        first.start[1] = 99
        #expect(Array(second.all) == [0, 1, 2])
    }

    @Test("rows are the model's test vectors over and over, raw or as the network takes them")
    func rows() throws {
        let features = [
            Feature(name: "a", offset: 2, scale: 0.5), Feature(name: "b", offset: -1, scale: 4),
        ]
        let network = TestModel(
            widths: [2, 1],
            activations: [.sigmoid],
            features: features,
            testVectors: 3
        )
        let model = try Model(bytes: network.encoded())
        let raw = AlignedFloats(rawRows: 7, of: model)
        let scaled = AlignedFloats(scaledRows: 7, of: model)
        #expect(raw.count == 14 && scaled.count == 14)
        for row in 0..<7 {
            let vector = row % 3 * 2
            #expect(raw.start[2 * row] == network.testInputs[vector])
            #expect(raw.start[2 * row + 1] == network.testInputs[vector + 1])
            // Powers of two scale without rounding.
            #expect(scaled.start[2 * row] == (network.testInputs[vector] - 2) / 2)
            #expect(scaled.start[2 * row + 1] == (network.testInputs[vector + 1] + 1) * 4)
        }
    }
}
