import ModelTestSupport
import Testing

@Suite("predict, one task")
struct PredictTests {
    @Test("a crowded domain sends a task to a quiet one")
    func migrates() throws {
        let result = try Self.predict(cpu: 4, idle: 2, busy: 6, src: 0.9, dst: 0.2)
        #expect(result.status == 0)
        #expect(result.errors == "")
        #expect(result.lines.last == "decision   migrate")
    }

    @Test("a task stays between domains that are equally busy")
    func stays() throws {
        let result = try Self.predict(cpu: 2, idle: 4, busy: 4, src: 0.5, dst: 0.5)
        #expect(result.status == 0)
        #expect(result.lines.last == "decision   stay")
    }

    @Test("loads between tenths show what the scheduler makes of them")
    func tenths() throws {
        let rounded = try Self.predict(cpu: 2, idle: 4, busy: 4, src: 0.5, dst: 0.4)
        let between = try Self.predict(cpu: 2, idle: 4, busy: 4, src: 0.52, dst: 0.41)
        let score = try #require(rounded.lines.first).split(separator: " ")[1]
        let decision = try #require(rounded.lines.last).split(separator: " ")[1]
        #expect(
            between.lines.last
                == "scheduler  \(decision), score \(score): it knows loads in tenths, 0.5 and 0.4"
        )
        #expect(rounded.lines.count == 3)
    }

    @Test("--tenths asks what the scheduler would ask")
    func roundsFirst() throws {
        let rounded = try Self.predict(cpu: 2, idle: 4, busy: 4, src: 0.5, dst: 0.4)
        let between = try Self.predict(cpu: 2, idle: 4, busy: 4, src: 0.52, dst: 0.41, "--tenths")
        #expect(rounded.output == between.output)
    }

    @Test("JSON is one object on one line with both answers")
    func json() throws {
        let result = try Self.predict(cpu: 4, idle: 2, busy: 6, src: 0.93, dst: 0.2, "--json")
        let object = try JSONValue(result.output)
        #expect(result.lines.count == 1)
        #expect(object["decision"] == .string("migrate"))
        #expect(object["threshold"] == .number(0.5))
        #expect(object["src_dom_load"] == .number(0.93))
        #expect(object["scheduler"]?["src_dom_load"] == .number(0.9))
        #expect(object["scheduler"]?["decision"] == .string("migrate"))
        guard case .number(let score) = object["score"] else {
            Issue.record("there is no score in \(result.output)")
            return
        }
        #expect((0.5...1).contains(score))
    }

    @Test("another model gives the scores of its own network, and its threshold decides")
    func model() throws {
        var network = TestModel.scheduler(seed: 7)
        let expected = network.naive([4, 2, 6, 0.9, 0.2, 0, 0, 0, 0, 0])[0]
        let folder = try TemporaryFolder()
        for (offset, decision) in [(-0.001, "migrate"), (0.001, "stay")] {
            network.threshold = Float(expected + offset)
            let path = try folder.file("model.mlw", network.encoded())
            let result = try Self.predict(
                cpu: 4,
                idle: 2,
                busy: 6,
                src: 0.9,
                dst: 0.2,
                "--model",
                path
            )
            #expect(result.lines.last == "decision   \(decision)")
            let score = try #require(Double(result.lines[0].split(separator: " ")[1]))
            #expect(abs(score - expected) < 2e-6)
        }
    }

    private static func predict(
        cpu: Int,
        idle: Int,
        busy: Int,
        src: Float,
        dst: Float,
        _ more: String...
    ) throws -> Program.Result {
        try Program.run(
            [
                Program.path, "predict", "--cpu", "\(cpu)", "--idle", "\(idle)", "--busy",
                "\(busy)", "--src", "\(src)", "--dst", "\(dst)",
            ] + more,
            input: [],
            environment: [:]
        )
    }
}
