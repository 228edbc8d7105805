import MLPInference
import MLSched
import ModelTestSupport
import Testing

@Suite("Features of a task")
struct FeatureTests {
    @Test("are taken up to the ends of their ranges")
    func valid() throws {
        let smallest = try MigrationFeatures(
            cpu: 0,
            cpuIdle: 0,
            cpuNotIdle: 1,
            srcDomLoad: 0,
            dstDomLoad: 0
        )
        #expect(smallest.cpuNotIdle == 1)
        let largest = try MigrationFeatures(
            cpu: 1023,
            cpuIdle: 1024,
            cpuNotIdle: 0,
            srcDomLoad: 1,
            dstDomLoad: 1
        )
        #expect(largest.cpu == 1023)
    }

    @Test(
        "are refused beyond, by name",
        arguments: [
            (-1, 1, 1, Float(0), Float(0), "cpu is -1, but must be from 0 to 1023"),
            (1024, 1, 1, 0, 0, "cpu is 1024, but must be from 0 to 1023"),
            (0, -1, 1, 0, 0, "cpu_idle is -1, but must be from 0 to 1024"),
            (0, Int.max, 1, 0, 0, "cpu_idle is 9.223372e+18, but must be from 0 to 1024"),
            (0, 1, -1, 0, 0, "cpu_not_idle is -1, but must be from 0 to 1024"),
            (
                0, 0, 0, 0, 0,
                "cpu_idle and cpu_not_idle add up to 0 CPUs, but must add up to those online, "
                    + "1 to 1024"
            ),
            (
                0, 1000, 25, 0, 0,
                "cpu_idle and cpu_not_idle add up to 1025 CPUs, but must add up to those online, "
                    + "1 to 1024"
            ),
            (0, 1, 1, -0.5, 0, "src_dom_load is -0.5, but must be from 0 to 1"),
            (0, 1, 1, .nan, 0, "src_dom_load is nan, but must be from 0 to 1"),
            (0, 1, 1, 0, 1.5, "dst_dom_load is 1.5, but must be from 0 to 1"),
            (0, 1, 1, 0, .infinity, "dst_dom_load is inf, but must be from 0 to 1"),
        ]
    )
    func invalid(
        cpu: Int,
        idle: Int,
        notIdle: Int,
        src: Float,
        dst: Float,
        message: String
    ) throws {
        let error = try #require(throws: FeatureError.self) {
            try MigrationFeatures(
                cpu: cpu,
                cpuIdle: idle,
                cpuNotIdle: notIdle,
                srcDomLoad: src,
                dstDomLoad: dst
            )
        }
        #expect(error.description == message)
    }

    @Test("a schema takes live features in any order and number")
    func schema() throws {
        let names = ["dst_dom_load", "zero", "src_dom_load", "zero", "cpu"]
        let network = TestModel(
            widths: [5, 1],
            activations: [.sigmoid],
            features: names.map { Feature(name: $0) }
        )
        let schema = try FeatureSchema(Model(bytes: network.encoded()))
        #expect(schema.columns == [.dstDomLoad, .zero, .srcDomLoad, .zero, .cpu])
    }

    @Test("a model that needs an unknown feature is refused by its name")
    func unknownFeature() throws {
        let network = TestModel(
            widths: [2, 1],
            activations: [.sigmoid],
            features: [Feature(name: "cpu"), Feature(name: "temperature")]
        )
        let model = try Model(bytes: network.encoded())
        let error = try #require(throws: SchemaError.self) {
            _ = try MLScheduler(model: model)
        }
        #expect(error == .unknownFeature("temperature", input: 1))
        #expect(
            error.description == "the model's input 1 is temperature, which is not measured here; "
                + "export it with features out of cpu, cpu_idle, cpu_not_idle, src_dom_load, "
                + "dst_dom_load, zero"
        )
    }

    @Test("a model with several outputs is refused")
    func severalOutputs() throws {
        let network = TestModel(
            widths: [1, 2],
            activations: [.sigmoid],
            features: [Feature(name: "cpu")]
        )
        let model = try Model(bytes: network.encoded())
        #expect(throws: SchemaError.wrongOutputCount(2)) {
            _ = try PatternScorer(model: model, space: PatternSpace(cpuIDs: 1, online: 1))
        }
    }
}
