internal import CMLSchedABI
internal import MLPInference

/// Turns a model's layers into the kernel's fixed point, one after the other.
///
/// An activation is a whole number that stands for `unit` times as much. Every scale follows from
/// the most that can reach a layer, which is computed from the ranges of the features and from the
/// rounded weights themselves: no sum leaves its 32 bits, whatever the kernel measures. Along with
/// it goes a bound of the error, which rounding weights and activations makes at most.
struct NetworkQuantiser {
    /// What a layer takes.
    struct Activation {
        /// What one of it stands for.
        var unit: Double
        /// The most that it can be.
        var highest: Int64
        /// How far what it stands for can be from the truth.
        var error: Double
    }

    /// A dense layer of plain numbers, a row of weights for each neuron.
    struct Layer {
        var weights: [[Double]]
        var bias: [Double]
    }

    /// What the next layer takes.
    private(set) var activations: [Activation]

    /// The least power of two that brings a value down to the largest activation.
    static func shift(for highest: Int64) -> UInt32 {
        var shift: UInt32 = 0
        while highest >> Int64(shift) > Int64(MLS_NETWORK_ONE) { shift += 1 }
        return shift
    }

    /// Rounded weights of a layer, and what follows from them.
    struct Rounded {
        let weights: [[Int32]]
        let bias: [Int64]
        /// Sums are so many times what they stand for.
        let scale: Double
        /// How far a neuron's sum can be from the truth, in what it stands for.
        let errors: [Double]
    }

    /// Rounds a layer at the largest scale at which weights keep to 16 bits, and sums to a limit.
    func round(_ layer: Layer, sumLimit: Double) -> Rounded {
        let counts = layer.weights.map { row in zip(row, activations).map { $0 * $1.unit } }
        // Half a unit is what rounding can add to each weight.
        let slack = activations.reduce(1) { $0 + Double($1.highest) / 2 }
        var scale = Double.infinity
        for (row, bias) in zip(counts, layer.bias) {
            let largest = row.reduce(0) { max($0, abs($1)) }
            let sum = zip(row, activations).reduce(abs(bias)) {
                $0 + abs($1.0) * Double($1.1.highest)
            }
            if largest > 0 { scale = min(scale, Double(Int16.max) / largest) }
            if sum > 0 { scale = min(scale, (sumLimit - slack) / sum) }
        }
        if scale == .infinity { scale = 1 }
        let rounding = slack / scale
        return Rounded(
            weights: counts.map { $0.map { Int32(($0 * scale).rounded()) } },
            bias: layer.bias.map { Int64(($0 * scale).rounded()) },
            scale: scale,
            errors: layer.weights.map { row in
                zip(row, activations).reduce(rounding) { $0 + abs($1.0) * $1.1.error }
            }
        )
    }
}

extension NetworkQuantiser {
    /// Begins with the inputs of a network.
    init(inputs: [Activation]) {
        activations = inputs
    }

    /// Writes a hidden layer, whose activations the next one takes.
    mutating func write(_ layer: Layer, to memory: UnsafeMutablePointer<mls_network_layer>) {
        // Room for the half that makes the shift round.
        let limit = Double(Int32.max) - Double(1 << 16)
        let rounded = round(layer, sumLimit: limit)
        let sums = zip(rounded.weights, rounded.bias).map { row, bias in
            zip(row, activations).reduce(max(bias, 0)) { $0 + max(Int64($1.0), 0) * $1.1.highest }
        }
        let shift = Self.shift(for: sums.max() ?? 0)
        let half: Int64 = shift == 0 ? 0 : 1 << (Int64(shift) - 1)
        memory.pointee.chunks = Self.chunks(of: activations.count)
        memory.pointee.blocks =
            (UInt32(layer.bias.count) + MLS_NETWORK_BLOCK - 1) / MLS_NETWORK_BLOCK
        memory.pointee.shift = shift
        for (neuron, row) in rounded.weights.enumerated() {
            for (input, weight) in row.enumerated() {
                mls_network_set_weight(memory, UInt32(neuron), UInt32(input), weight)
            }
            mls_network_set_bias(memory, UInt32(neuron), Int32(rounded.bias[neuron] + half))
        }
        let unit = Double(1 << Int64(shift)) / rounded.scale
        activations = zip(sums, rounded.errors).map { sum, error in
            Activation(
                unit: unit,
                highest: min((sum + half) >> Int64(shift), Int64(MLS_NETWORK_ONE)),
                error: error + unit
            )
        }
    }

    /// Writes the output.
    ///
    /// - Returns: how many times what it stands for the output is, and how far that can be from
    ///   the truth.
    func write(
        _ layer: Layer,
        to memory: UnsafeMutablePointer<mls_network>
    ) -> (scale: Double, error: Double) {
        let rounded = round(layer, sumLimit: 0x1p52)
        memory.pointee.chunks = Self.chunks(of: activations.count)
        memory.pointee.bias = rounded.bias[0]
        withUnsafeMutableBytes(of: &memory.pointee.weight) { bytes in
            let weights = bytes.bindMemory(to: Int64.self)
            for (input, weight) in rounded.weights[0].enumerated() {
                weights[input] = Int64(weight)
            }
        }
        return (rounded.scale, rounded.errors[0])
    }

    private static func chunks(of inputs: Int) -> UInt32 {
        (UInt32(inputs) + MLS_NETWORK_CHUNK - 1) / MLS_NETWORK_CHUNK
    }
}
