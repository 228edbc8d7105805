import CMLSchedABI
import MLPInference
import MLSched
import ModelTestSupport
import Testing

@testable import SchedDaemon

@Suite struct ModelMakerTests {
    private static let patternNames = [
        "cpu", "cpu_idle", "cpu_not_idle", "src_dom_load", "dst_dom_load",
    ]

    @Test("a model of patterns is decided here, and the kernel gets no network")
    func patterns() throws {
        var maker = try Self.maker(of: Self.patternNames)
        let network = maker.network
        #expect(network == nil)
        #expect(Self.decisions(&maker).allSatisfy { $0 == 2 || $0 == 3 })
    }

    @Test("a model of the task is the kernel's, and nothing is decided here")
    func task() throws {
        var maker = try Self.maker(of: Self.patternNames + ["footprint"])
        let network = maker.network
        #expect(network != nil)
        #expect(Self.decisions(&maker) == [0, 0, 0])
    }

    @Test("a model of the task that the kernel cannot evaluate is refused with the reason")
    func refused() throws {
        let error = try #require(throws: NetworkError.self) {
            _ = try Self.maker(of: ["footprint"], activation: .tanh)
        }
        #expect(error == .activation(.tanh, 0))
    }

    @Test("the pipeline puts a network into force in place of patterns, and patterns after it")
    func generations() throws {
        let space = try PatternSpace(cpuIDs: 2, online: 2)
        let recording = Recording()
        var pipeline = Pipeline(
            source: ScriptedSource(script: []),
            maker: try Self.maker(of: ["footprint"], space: space),
            sink: RecordingSink(recording: recording),
            clock: ManualClock(),
            space: space
        )
        #expect(recording.network?.in_use == 1)
        #expect(recording.generations == 1)
        pipeline.beginGeneration(by: try Self.maker(of: ["cpu"], space: space), filling: 1 << 40)
        while pipeline.fillNext() {}
        #expect(recording.network == nil)
        #expect(recording.generations == 2)
        #expect(recording.published.count == space.count)
        pipeline.beginGeneration(
            by: try Self.maker(of: ["footprint"], space: space),
            filling: 1 << 40
        )
        #expect(pipeline.fillNext() == false)
        #expect(recording.network?.in_use == 1)
        #expect(recording.generations == 3)
    }

    private static func maker(
        of names: [String],
        activation: Activation = .relu,
        space: PatternSpace? = nil
    ) throws -> ModelMaker {
        let network = TestModel(
            widths: [names.count, 4, 1],
            activations: [activation, .sigmoid],
            features: names.map { Feature(name: $0) }
        )
        return try ModelMaker(
            Model(bytes: network.encoded()),
            space: space ?? PatternSpace(cpuIDs: 2, online: 2)
        )
    }

    private static func decisions(_ maker: inout ModelMaker) -> [UInt8] {
        var decisions: [UInt8] = [9, 9, 9]
        [UInt32(0), 5, 7].withUnsafeBufferPointer { patterns in
            decisions.withUnsafeMutableBufferPointer { maker.decide(patterns, into: $0) }
        }
        return decisions
    }
}
