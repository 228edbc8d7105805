internal import CMLSchedABI
public import MLPInference

/// How far a network in fixed point decides as its model does in binary32.
public struct NetworkAgreement: Equatable, Sendable {
    /// States in which both were asked.
    public private(set) var states = 0
    /// States of which they said different things.
    public private(set) var differing = 0
    /// How far the score was from the threshold where they did, at most.
    public private(set) var worstMargin: Float = 0

    /// Both may differ in one state of so many.
    public static let statesPerDifference = 1000
    /// Where they differ, the score may be no further from the threshold than this.
    public static let margin: Float = 0.02

    /// Whether the kernel may decide in the model's place.
    public var isSufficient: Bool {
        differing * Self.statesPerDifference <= states && worstMargin <= Self.margin
    }

    /// Compares both on a model's test vectors and on states that are drawn.
    ///
    /// A vector that is no state of the machine counts as the nearest one that is.
    ///
    /// - Parameters:
    ///   - model: the truth.
    ///   - network: the same, quantised.
    ///   - space: the machine.
    ///   - drawn: states to draw, the same at each call.
    /// - Throws: `SchemaError` where the model cannot decide migrations.
    /// - Complexity: O(states · multiply-adds); allocates the states.
    public init(
        of model: Model,
        with network: inout FixedPointNetwork,
        space: PatternSpace,
        drawn: Int = 100_000
    ) throws(SchemaError) {
        var scorer = try FeatureScorer(model, FeatureSchema(model))
        var draw = StateDraw(space: space)
        let states = draw.states(of: model) + (0..<drawn).map { _ in draw.next() }
        let features = states.map { MigrationFeatures($0) }
        var scores = [Float](repeating: 0, count: states.count)
        scorer.score(count: states.count) {
            features[$0]
        } receive: {
            scores[$0] = $1
        }
        for (state, score) in zip(states, scores) {
            count(score, network.migrates(network.output(for: state)), model.threshold)
        }
    }

    private mutating func count(_ score: Float, _ migrates: Bool, _ threshold: Float) {
        states += 1
        guard migrates != (score > threshold) else { return }
        differing += 1
        worstMargin = max(worstMargin, score.isNaN ? .infinity : abs(score - threshold))
    }
}

/// Draws states of a machine, every feature from the whole of its range.
struct StateDraw {
    private let ranges: [ClosedRange<Int32>]
    private let online: Int32
    private var state: UInt64 = 1

    init(space: PatternSpace) {
        ranges = LiveFeature.measured.map { $0.fixedPointRange(in: space) }
        online = Int32(space.online)
    }

    /// The next state; half of them with at most three idle CPUs, where most questions are asked.
    mutating func next() -> mls_features {
        var values = ranges.map { Int32.random(in: $0, using: &self) }
        let few = Int32.random(in: 0...min(3, online), using: &self)
        let idle = Int(MLS_FEATURE_CPU_IDLE.rawValue)
        if Bool.random(using: &self) { values[idle] = few }
        values[Int(MLS_FEATURE_CPU_NOT_IDLE.rawValue)] = online - values[idle]
        return mls_features(values)
    }

    /// The test vectors of a model, each as the nearest state.
    func states(of model: Model) -> [mls_features] {
        let columns = model.features.map { LiveFeature(rawValue: $0.name) ?? .zero }
        return model.withTestVectors { inputs, _ in
            stride(from: 0, to: inputs.count, by: columns.count).map { start in
                var values = ranges.map(\.lowerBound)
                for (column, feature) in columns.enumerated() where feature != .zero {
                    let index = Int(feature.index)
                    let value = inputs[start + column] * Float(1 << feature.fixedPointShift)
                    let range = ranges[index]
                    let nearest = max(value.rounded(), Float(range.lowerBound))
                    values[index] = Int32(min(nearest, Float(range.upperBound)))
                }
                return mls_features(values)
            }
        }
    }
}

extension StateDraw: RandomNumberGenerator {
    /// SplitMix64: doi 10.1145/2660193.2660195.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
