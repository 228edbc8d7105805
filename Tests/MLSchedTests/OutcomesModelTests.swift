import Foundation
import MLPInference
import MLSched
import Testing

/// The model that learned from outcomes, as it is shipped in `weights`.
@Suite("The model of outcomes")
struct OutcomesModelTests {
    private static func load() throws -> Model {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        return try Model(path: root.appending(path: "weights/outcomes.mlw").path)
    }

    @Test("decides the same in the kernel's fixed point, but for one state in a thousand")
    func fixedPoint() throws {
        let model = try Self.load()
        for cpus in [4, 64, 256] {
            let space = try PatternSpace(cpuIDs: cpus, online: cpus)
            var network = try FixedPointNetwork(model, space: space)
            let agreement = try NetworkAgreement(
                of: model,
                with: &network,
                space: space,
                drawn: 20_000
            )
            #expect(agreement.isSufficient, "\(agreement)")
        }
    }

    @Test(
        "of two tasks in the same state it moves the small one and keeps the large one",
        arguments: [(footprint: 8.0, moves: true), (footprint: 16, moves: false)]
    )
    func task(footprint: Double, moves: Bool) throws {
        var scheduler = try MLScheduler(model: Self.load())
        // Eight CPUs, two of them idle, in the domain that has nothing to do.
        var known: [LiveFeature: Double] = [
            .cpu: 4, .cpuIdle: 2, .cpuNotIdle: 6, .srcDomLoad: 0.9, .dstDomLoad: 0.2,
            .footprint: footprint, .waited: 4,
        ]
        known[try #require(LiveFeature(rawValue: "weight"))] = 6.66
        known[try #require(LiveFeature(rawValue: "src_wait"))] = 11
        #expect(try scheduler.shouldMigrate(MigrationFeatures(known)) == moves)
    }
}
