import MLPInference
import ModelTestSupport
import Testing

@Suite("Model files")
struct ModelFileTests {
    @Test("model files give back what was written")
    func roundTrip() throws {
        var network = TestModel(
            widths: [3, 17, 2],
            activations: [.swish, .hardSigmoid(slope: 0.2, offset: 0.5)],
            features: [
                Feature(name: "cpu_idle", unit: "CPUs", offset: 1, scale: 0.5),
                Feature(name: "zero"), Feature(name: "zero", scale: 0),
            ]
        )
        network.threshold = -1.5
        network.provenance = "Größe, übertragen ✓"
        let file = network.encoded()
        let model = try Model(bytes: file)
        #expect(model.features == network.features)
        #expect(
            model.layers == [
                DenseLayer(inputs: 3, outputs: 17, activation: .swish),
                DenseLayer(
                    inputs: 17,
                    outputs: 2,
                    activation: .hardSigmoid(slope: 0.2, offset: 0.5)
                ),
            ]
        )
        #expect(model.threshold == -1.5)
        #expect(model.provenance == network.provenance)
        #expect(model.testVectorCount == 3)
        #expect(model.byteCount == file.count)
        #expect(model.parameterCount == 4 * 17 + 18 * 2)
        #expect(model.multiplyAddCount == 3 * 17 + 17 * 2)
        for (index, layer) in network.layers.enumerated() {
            model.withParameters(ofLayer: index) { weights, bias in
                #expect(Array(weights) == layer.weights)
                #expect(Array(bias) == layer.bias)
            }
        }
    }

    @Test("model files carry their identity: checksum and digest are those of other programs")
    func identity() throws {
        let file = TestModel.scheduler().encoded()
        var cleared = file
        ByteWriter.store(UInt32(0), in: &cleared, at: 24)
        #expect(try Model(bytes: file).checksum == bitwiseCRC32(cleared))
        // `sha256sum Goldens/relu.mlw`
        let golden = try Model(path: goldenFolder + "/relu.mlw")
        #expect(
            golden.sha256
                == "f135204a8b06b78cb76a4c502938149fad2c8876e06129fc3c420e9e7e60ae49"
        )
    }

    @Test("model files are refused when cut anywhere, and never read beyond")
    func truncation() {
        let file = TestModel(widths: [2, 3, 1], activations: [.relu, .sigmoid]).encoded()
        for count in 0..<file.count {
            let cut = Array(file[..<count])
            #expect(throws: ModelError.self) { try Model(bytes: cut) }
            // With the header's size and checksum made true, other checks have to hold.
            var sealed = cut
            TestModel.seal(&sealed)
            #expect(throws: ModelError.self) { try Model(bytes: sealed) }
        }
    }

    @Test("model files are refused when extended")
    func extension_() {
        for extra in [1, 63, 64, 4096] {
            var file = TestModel.scheduler().encoded() + Array(repeating: 0, count: extra)
            #expect(throws: ModelError.self) { try Model(bytes: file) }
            TestModel.seal(&file)
            #expect(throws: ModelError.self) { try Model(bytes: file) }
        }
    }

    @Test("model files are refused when any one bit is turned")
    func bitErrors() {
        let file = TestModel(widths: [2, 3, 1], activations: [.relu, .sigmoid]).encoded()
        for offset in file.indices {
            var altered = file
            altered[offset] ^= 1 << UInt8(offset % 8)
            #expect(throws: ModelError.self, "byte \(offset)") { try Model(bytes: altered) }
        }
    }

    @Test(
        "model files are refused with the place and the reason, field by field",
        arguments: alterations
    )
    func fields(alteration: Alteration) throws {
        var file = alterationBase.encoded()
        alteration.apply(&file)
        let error = try #require(throws: ModelError.self) { try Model(bytes: file) }
        #expect(error.field == alteration.field)
        #expect(error.reason == alteration.reason)
        if let offset = alteration.reportedOffset { #expect(error.offset == offset) }
        #expect(!error.description.contains("\n"))
    }

    @Test("model files are refused when the network does not answer as they say")
    func selfTest() throws {
        var network = TestModel(widths: [2, 3, 1], activations: [.relu, .sigmoid])
        let expected = network.encoded()
        network.layers[0].bias[1] += 0.5
        var file = network.encoded()
        // The answers of the network before the change.
        file.replaceSubrange((file.count - 64)..., with: expected[(expected.count - 64)...])
        TestModel.seal(&file)
        let error = try #require(throws: ModelError.self) { try Model(bytes: file) }
        guard case .selfTestFailed = error.reason else {
            Issue.record("\(error)")
            return
        }
        #expect(error.offset == file.count - 64)
    }
}
