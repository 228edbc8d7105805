import CMLSchedABI
import DefaultWeights
import MLPInference
import ModelTestSupport
import Testing

@testable import MLSched

@Suite("A network in fixed point")
struct NetworkTests {
    /// Widths of hidden layers.
    static let shapes: [[Int]] = [
        [], [1], [3], [64], [1, 1], [16, 8], [7, 64], [64, 1], [64, 64],
    ]

    @Test("stays within its stated bound of the exact score", arguments: shapes)
    func bound(hidden: [Int]) throws {
        for seed in UInt64(1)...2 {
            let plain = Self.network(hidden, seed: seed)
            var network = try FixedPointNetwork(Model(bytes: plain.encoded()), space: Self.space)
            var draw = StateDraw(space: Self.space)
            for _ in 0..<20 {
                let state = draw.next() as mls_features
                let exact = plain.naive(Self.inputs(state))[0]
                let output = Double(network.output(for: state)) / network.scale
                #expect(abs(output - exact) <= network.errorBound)
            }
        }
    }

    @Test("is precise enough for the bound to mean something", arguments: shapes)
    func precision(hidden: [Int]) throws {
        let plain = Self.network(hidden, seed: 3)
        let network = try FixedPointNetwork(Model(bytes: plain.encoded()), space: Self.space)
        var draw = StateDraw(space: Self.space)
        let outputs = (0..<50).map { _ in plain.naive(Self.inputs(draw.next()))[0] }
        let spread = (outputs.max() ?? 0) - (outputs.min() ?? 0)
        #expect(network.errorBound <= max(spread, 1e-3) / 4)
    }

    @Test("gives the integers that plain arithmetic gives", arguments: shapes)
    func plainArithmetic(hidden: [Int]) throws {
        for seed in UInt64(1)...2 {
            var network = try Self.quantised(hidden, seed: seed)
            var draw = StateDraw(space: Self.space)
            for _ in 0..<5 {
                let state = draw.next() as mls_features
                let expected = network.withNetwork { PlainNetwork($0).output(state) }
                #expect(network.output(for: state) == expected)
            }
        }
    }

    @Test("takes what is out of range as the nearest that is not")
    func clamped() throws {
        var network = try Self.quantised([16, 8], seed: 2)
        let beyond = mls_features([Int32.max, -5, 9, Int32.min, 1 << 20])
        let nearest = mls_features([7, 0, 8, 0, 1 << 16])
        #expect(network.output(for: beyond) == network.output(for: nearest))
    }

    @Test("of weights that are all zero is its bias")
    func allZero() throws {
        var plain = Self.network([64, 64], seed: 1)
        for layer in plain.layers.indices {
            for weight in plain.layers[layer].weights.indices {
                plain.layers[layer].weights[weight] = 0
            }
        }
        plain.layers[2].bias = [1.5]
        var network = try FixedPointNetwork(Model(bytes: plain.encoded()), space: Self.space)
        var draw = StateDraw(space: Self.space)
        let output = network.output(for: draw.next())
        #expect(abs(Double(output) / network.scale - 1.5) <= network.errorBound)
        let migrates = network.migrates(output)
        #expect(migrates)
    }

    @Test("of weights as large and small as floats keeps its sums in their lanes")
    func extremes() throws {
        for scale in [Float(1e-30), 1e-3, 1e4, 1e8] {
            var plain = Self.network([64, 64], seed: 9)
            for layer in plain.layers.indices {
                plain.layers[layer].weights = plain.layers[layer].weights.map { $0 * scale }
            }
            var network = try FixedPointNetwork(Model(bytes: plain.encoded()), space: Self.space)
            var draw = StateDraw(space: Self.space)
            for _ in 0..<5 {
                let state = draw.next() as mls_features
                let expected = network.withNetwork { PlainNetwork($0).output(state) }
                #expect(network.output(for: state) == expected)
            }
        }
    }

    @Test("decides as the shipped model does")
    func agreement() throws {
        let model = try DefaultModel.load()
        var network = try FixedPointNetwork(model, space: Self.space)
        let agreement = try NetworkAgreement(
            of: model,
            with: &network,
            space: Self.space,
            drawn: 2000
        )
        #expect(agreement.isSufficient, "\(agreement)")
        #expect(agreement.states == 2000 + model.testVectorCount)
    }

    @Test("that decides something else is found out")
    func disagreement() throws {
        let model = try Model(bytes: Self.network([16, 8], seed: 4).encoded())
        var other = try Self.quantised([16, 8], seed: 5)
        let agreement = try NetworkAgreement(
            of: model,
            with: &other,
            space: Self.space,
            drawn: 1000
        )
        #expect(!agreement.isSufficient)
        #expect(agreement.worstMargin > NetworkAgreement.margin)
    }

    @Test(
        "is refused with a reason where the kernel cannot evaluate it",
        arguments: [
            ([Int](repeating: 4, count: 3), Activation.relu, "has 4 layers"),
            ([65], .relu, "layer 0 has 65 neurons"),
            ([8], .tanh, "layer 0 applies tanh"),
        ]
    )
    func refused(hidden: [Int], activation: Activation, reason: String) throws {
        let plain = Self.network(hidden, activation: activation, seed: 1)
        let model = try Model(bytes: plain.encoded())
        let error = try #require(throws: NetworkError.self) {
            _ = try FixedPointNetwork(model, space: Self.space)
        }
        #expect(error.description.contains(reason))
    }

    @Test(
        "compares with any threshold as the score does",
        arguments: [Float(-1), 0, 0.25, 0.5, 0.9, 1, 2]
    )
    func threshold(threshold: Float) throws {
        var plain = Self.network([8], seed: 6)
        plain.threshold = threshold
        let model = try Model(bytes: plain.encoded())
        var network = try FixedPointNetwork(model, space: Self.space)
        let agreement = try NetworkAgreement(
            of: model,
            with: &network,
            space: Self.space,
            drawn: 300
        )
        #expect(agreement.worstMargin <= NetworkAgreement.margin)
    }
}

extension NetworkTests {
    static let space = {
        do {
            return try PatternSpace(cpuIDs: 8, online: 8)
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// A random network of the pattern's features, its scores spread around the threshold.
    static func network(
        _ hidden: [Int],
        activation: Activation = .relu,
        seed: UInt64
    ) -> TestModel {
        let features = LiveFeature.measured.map { feature in
            Feature(name: feature.rawValue, offset: 0.25, scale: feature.isWhole ? 0.25 : 2)
        }
        return TestModel(
            widths: [features.count] + hidden + [1],
            activations: hidden.map { _ in activation } + [.identity],
            features: features,
            seed: seed
        )
    }

    static func quantised(_ hidden: [Int], seed: UInt64) throws -> FixedPointNetwork {
        try FixedPointNetwork(Model(bytes: network(hidden, seed: seed).encoded()), space: space)
    }

    /// The raw inputs of a state.
    static func inputs(_ state: mls_features) -> [Float] {
        let features = MigrationFeatures(state)
        return LiveFeature.measured.map { features[$0] }
    }
}
