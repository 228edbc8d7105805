import DefaultWeights
import Foundation
import MLPInference
import Testing

@testable import SchedBench

@Suite("Where something was measured")
struct EnvironmentTests {
    @Test("this machine is described by what it says of itself")
    func machine() throws {
        let model = try DefaultModel.load()
        let before = Int(Date().timeIntervalSince1970)
        let environment = BenchEnvironment(model: model, version: "1.2.3")
        #expect(!environment.machine.isEmpty && environment.machine.first != " ")
        #expect(environment.cpus >= 1)
        #expect(environment.kernel.hasPrefix("Linux "))
        #expect(environment.model == model.sha256 && environment.version == "1.2.3")
        #expect((before...before + 60).contains(environment.began))
        #expect(try #require(environment.vectors).hasSuffix(" bits"))
        #expect(environment.rule != nil)
        #if DEBUG
        #expect(environment.build == "debug")
        #else
        #expect(environment.build == "release")
        #endif
    }

    @Test("results of versions that knew less of the machine are read")
    func older() throws {
        let line = try ResultFile.line(Results.result(rounds: [1, 2, 3]))
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        )
        var environment = try #require(object["environment"] as? [String: Any])
        for key in ["vectors", "blasIsNarrow", "rule"] { environment[key] = nil }
        object["environment"] = environment
        let text = String(
            decoding: try JSONSerialization.data(withJSONObject: object),
            as: UTF8.self
        )
        let result = try #require(try ResultFile.results(in: text, path: "old.json").first)
        #expect(result.environment.vectors == nil && result.environment.blasIsNarrow == nil)
        #expect(result.environment.machine == Results.environment.machine)
    }

    @Test("without any of its older members it is no description", arguments: ["machine", "began"])
    func incomplete(key: String) throws {
        let data = try JSONEncoder().encode(Results.environment)
        var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object.removeValue(forKey: key) != nil)
        let cut = try JSONSerialization.data(withJSONObject: object)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(BenchEnvironment.self, from: cut)
        }
    }
}
