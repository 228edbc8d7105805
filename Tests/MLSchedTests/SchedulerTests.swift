import DefaultWeights
import MLPInference
import MLSched
import ModelTestSupport
import Testing

@Suite("Scheduler")
struct SchedulerTests {
    @Test("the default weights move a task from a loaded domain to one with room")
    func migrates() throws {
        var scheduler = try MLScheduler(model: DefaultModel.load())
        let answer = scheduler.shouldMigrate(
            try MigrationFeatures(
                cpu: 4,
                cpuIdle: 2,
                cpuNotIdle: 6,
                srcDomLoad: 0.9,
                dstDomLoad: 0.2
            )
        )
        #expect(answer)
    }

    @Test("the default weights leave a task where loads are equal")
    func stays() throws {
        var scheduler = try MLScheduler(model: DefaultModel.load())
        let answer = scheduler.shouldMigrate(
            try MigrationFeatures(
                cpu: 2,
                cpuIdle: 4,
                cpuNotIdle: 4,
                srcDomLoad: 0.5,
                dstDomLoad: 0.5
            )
        )
        #expect(!answer)
    }

    @Test("scores are the network's output for the features in the model's order")
    func featureOrder() throws {
        let names = ["dst_dom_load", "zero", "cpu_not_idle", "src_dom_load", "cpu", "cpu_idle"]
        let network = TestModel(
            widths: [6, 16, 1],
            activations: [.relu, .identity],
            features: names.map { Feature(name: $0, offset: 0.25, scale: 0.5) }
        )
        var scheduler = try MLScheduler(model: Model(bytes: network.encoded()))
        let batch = try sampleFeatures(200)
        let expected = network.naive(
            batch.flatMap {
                [
                    $0.dstDomLoad, 0, Float($0.cpuNotIdle), $0.srcDomLoad, Float($0.cpu),
                    Float($0.cpuIdle),
                ]
            }
        )
        for (score, expected) in zip(scheduler.scores(batch), expected) {
            #expect(abs(Double(score) - expected) <= 2e-6 * max(1, abs(expected)))
        }
    }

    @Test("a batch is decided as its tasks one by one", arguments: Policy.allCases)
    func batches(policy: Policy) throws {
        let model = try Model(bytes: TestModel.scheduler().encoded())
        var scheduler = try MLScheduler(model: model, policy: policy)
        var cached = try MLScheduler(model: model, policy: policy, cacheCapacity: 64)
        let batch = try sampleFeatures(300).map(\.quantised)
        let decisions = scheduler.shouldMigrate(batch)
        let fromCache = cached.shouldMigrate(batch)
        #expect(fromCache == decisions)
        for (features, decision) in zip(batch, decisions) {
            let alone = scheduler.shouldMigrate(features)
            let known = cached.shouldMigrate(features)
            #expect(alone == decision)
            #expect(known == decision)
            if policy == .model {
                let score = scheduler.score(features)
                #expect((score > model.threshold) == decision)
            }
        }
    }

    @Test("a cached decision is that of the loads in tenths, whoever asked first")
    func cache() throws {
        var scheduler = try MLScheduler(model: DefaultModel.load(), cacheCapacity: 8)
        let first = try MigrationFeatures(
            cpu: 1,
            cpuIdle: 2,
            cpuNotIdle: 6,
            srcDomLoad: 0.68,
            dstDomLoad: 0.31
        )
        let second = try MigrationFeatures(
            cpu: 1,
            cpuIdle: 2,
            cpuNotIdle: 6,
            srcDomLoad: 0.72,
            dstDomLoad: 0.29
        )
        let decision = scheduler.shouldMigrate(first)
        let again = scheduler.shouldMigrate(second)
        #expect(again == decision)
        let statistics = scheduler.cacheStatistics
        #expect(statistics.hits == 1 && statistics.misses == 1)
        let (score, threshold) = (scheduler.score(first.quantised), scheduler.model.threshold)
        #expect(decision == (score > threshold))
    }

    @Test("a score of NaN means stay")
    func notANumber() throws {
        var network = TestModel(
            widths: [1, 2, 1],
            activations: [.identity, .identity],
            features: [Feature(name: "cpu")]
        )
        // Overflows to ∞ − ∞ for any CPU but 0, which the test vectors give.
        network.layers[0].weights = [3e38, -3e38]
        network.layers[0].bias = [0, 0]
        network.layers[1].weights = [3e38, 3e38]
        network.testInputs = [0]
        var scheduler = try MLScheduler(model: Model(bytes: network.encoded()))
        let features = try MigrationFeatures(
            cpu: 9,
            cpuIdle: 1,
            cpuNotIdle: 1,
            srcDomLoad: 0,
            dstDomLoad: 0
        )
        let score = scheduler.score(features)
        let alone = scheduler.shouldMigrate(features)
        let batch = scheduler.shouldMigrate([features])
        #expect(score.isNaN)
        #expect(!alone)
        #expect(batch == [false])
    }
}

/// Features of all kinds, the same each time.
func sampleFeatures(_ count: Int) throws -> [MigrationFeatures] {
    var random = SplitMix64(seed: 11)
    return try (0..<count).map { _ in
        let online = Int.random(in: 1...64, using: &random)
        let idle = Int.random(in: 0...online, using: &random)
        return try MigrationFeatures(
            cpu: Int.random(in: 0..<64, using: &random),
            cpuIdle: idle,
            cpuNotIdle: online - idle,
            srcDomLoad: Float.random(in: 0...1, using: &random),
            dstDomLoad: Float.random(in: 0...1, using: &random)
        )
    }
}
