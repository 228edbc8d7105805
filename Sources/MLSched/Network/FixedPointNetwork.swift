package import CMLSchedABI
internal import Glibc
public import MLPInference

/// A model in the fixed point in which the kernel evaluates it; see `bpf/network.h`.
///
/// Up to two hidden layers of 64 neurons with relu, and one output, as it is or through a sigmoid.
public struct FixedPointNetwork: ~Copyable, @unchecked Sendable {
    // @unchecked: the memory belongs to this value alone, and nothing writes to the network.

    /// What the output stands for is the output divided by this: the score before a sigmoid.
    public let scale: Double
    /// How far what the output stands for can be from the model's own, in exact arithmetic.
    public let errorBound: Double
    private let network: OwnedBuffer<mls_network>
    private let scratch: OwnedBuffer<mls_network_scratch>

    /// Quantises a model for a machine.
    ///
    /// - Parameters:
    ///   - model: gives one score for the features of a candidate.
    ///   - space: the machine, whose CPUs bound what features can be.
    /// - Throws: `NetworkError` where the kernel cannot evaluate such a model.
    /// - Complexity: O(parameters); allocates 36 KB.
    public init(_ model: Model, space: PatternSpace) throws(NetworkError) {
        let columns = try Self.check(model)
        network = OwnedBuffer(count: 1)
        scratch = OwnedBuffer(count: 1)
        let memory = network.start
        var inputs: [NetworkQuantiser.Activation] = []
        for feature in columns where feature != .zero {
            inputs.append(Self.write(feature, space, input: inputs.count, to: memory))
        }
        memory.pointee.in_use = 1
        memory.pointee.inputs = UInt32(inputs.count)
        memory.pointee.layers = UInt32(model.layers.count - 1)
        var quantiser = NetworkQuantiser(inputs: inputs)
        for index in 0..<model.layers.count - 1 {
            let layer = Self.layer(index, of: model, columns)
            Self.withLayer(index, of: memory) { quantiser.write(layer, to: $0) }
        }
        let last = Self.layer(model.layers.count - 1, of: model, columns)
        (scale, errorBound) = quantiser.write(last, to: memory)
        memory.pointee.threshold = Self.threshold(of: model, scale)
    }

    /// The output for a candidate before the threshold, as the kernel computes it.
    ///
    /// - Complexity: O(multiply-adds); allocates nothing.
    package mutating func output(for features: mls_features) -> Int64 {
        withUnsafePointer(to: features) {
            mls_network_evaluate(network.start, $0, scratch.start)
        }
    }

    /// Whether an output means that the task moves.
    public func migrates(_ output: Int64) -> Bool { output > network.start.pointee.threshold }

    /// The network as the kernel's map holds it; valid as long as this value.
    package var pointer: UnsafePointer<mls_network> { UnsafePointer(network.start) }

    /// Lends the network as the kernel's map holds it.
    package func withNetwork<Result>(_ body: (UnsafePointer<mls_network>) throws -> Result)
        rethrows -> Result
    {
        try body(network.start)
    }
}

// MARK: - Reading the model

extension FixedPointNetwork {
    /// The features of a model that the kernel can evaluate.
    private static func check(_ model: Model) throws(NetworkError) -> [LiveFeature] {
        let columns: [LiveFeature]
        do throws(SchemaError) {
            columns = try FeatureSchema(model).columns
        } catch {
            throw .schema(error)
        }
        guard model.layers.count <= Int(MLS_NETWORK_HIDDEN) + 1 else {
            throw .tooDeep(model.layers.count)
        }
        for (index, layer) in model.layers.dropLast().enumerated() {
            guard layer.outputs <= Int(MLS_NETWORK_WIDTH) else {
                throw .tooWide(layer.outputs, layer: index)
            }
            guard layer.activation == .relu else { throw .activation(layer.activation, index) }
        }
        let last = model.layers[model.layers.count - 1].activation
        guard last == .sigmoid || last == .identity else {
            throw .activation(last, model.layers.count - 1)
        }
        return columns
    }

    /// A layer by neurons.
    ///
    /// The first takes what its features stand for, counted from their lowest value; offsets and scales of features, and inputs that are always zero, are folded in.
    private static func layer(
        _ index: Int,
        of model: Model,
        _ columns: [LiveFeature]
    ) -> NetworkQuantiser.Layer {
        model.withParameters(ofLayer: index) { weights, bias in
            let width = bias.count
            var rows = (0..<width).map { neuron in
                stride(from: neuron, to: weights.count, by: width).map { Double(weights[$0]) }
            }
            var biases = bias.map(Double.init)
            guard index == 0 else { return NetworkQuantiser.Layer(weights: rows, bias: biases) }
            for neuron in 0..<width {
                var row: [Double] = []
                for (feature, (column, weight)) in zip(model.features, zip(columns, rows[neuron])) {
                    let scaled = weight * Double(feature.scale)
                    biases[neuron] += scaled * (column.range.lowerBound - Double(feature.offset))
                    if column != .zero { row.append(scaled) }
                }
                rows[neuron] = row
            }
            return NetworkQuantiser.Layer(weights: rows, bias: biases)
        }
    }

    /// An output is above this where the model's score is above its threshold.
    private static func threshold(of model: Model, _ scale: Double) -> Int64 {
        var threshold = Double(model.threshold)
        if model.layers[model.layers.count - 1].activation == .sigmoid {
            threshold = threshold < 0 ? -.infinity : log(threshold / (1 - threshold))
        }
        // Not a number where a sigmoid can never be above its threshold.
        guard threshold * scale < 0x1p62 else { return .max }
        return Int64(max(threshold * scale, -0x1p62).rounded(.down))
    }
}

// MARK: - Writing the network

extension FixedPointNetwork {
    /// Writes how a feature becomes an activation.
    private static func write(
        _ feature: LiveFeature,
        _ space: PatternSpace,
        input: Int,
        to memory: UnsafeMutablePointer<mls_network>
    ) -> NetworkQuantiser.Activation {
        let range = feature.fixedPointRange(in: space)
        let width = Int64(range.upperBound) - Int64(range.lowerBound)
        let down = NetworkQuantiser.shift(for: width)
        var up: UInt32 = 0
        while width > 0, width << Int64(up + 1) <= Int64(MLS_NETWORK_ONE) { up += 1 }
        withUnsafeMutableBytes(of: &memory.pointee.input) { bytes in
            bytes.bindMemory(to: mls_network_input.self)[input] = mls_network_input(
                feature: feature.index,
                lowest: range.lowerBound,
                highest: range.upperBound,
                up: UInt16(up),
                down: UInt16(down)
            )
        }
        let one = Double(sign: .plus, exponent: -feature.fixedPointShift, significand: 1)
        let unit = one * Double(1 << Int64(down)) / Double(1 << Int64(up))
        return NetworkQuantiser.Activation(
            unit: unit,
            highest: (width << Int64(up)) >> Int64(down),
            error: down == 0 ? 0 : unit
        )
    }

    private static func withLayer(
        _ index: Int,
        of memory: UnsafeMutablePointer<mls_network>,
        _ body: (UnsafeMutablePointer<mls_network_layer>) -> Void
    ) {
        withUnsafeMutableBytes(of: &memory.pointee.hidden) { bytes in
            guard let first = bytes.bindMemory(to: mls_network_layer.self).baseAddress else {
                return
            }
            body(first + index)
        }
    }
}
