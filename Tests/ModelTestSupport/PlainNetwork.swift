public import CMLSchedABI

/// The network of `bpf/network.h` taken apart into plain numbers, one weight at a time.
public struct PlainNetwork {
    private struct Layer {
        var weights: [[Int64]]
        var bias: [Int64]
        var shift: Int64
    }

    private let inputs: [mls_network_input]
    private let hidden: [Layer]
    private let output: Layer

    /// Takes a network apart.
    public init(_ network: UnsafePointer<mls_network>) {
        let network = network.pointee
        inputs = Array(
            Self.elements(of: network.input, as: mls_network_input.self)
                .prefix(Int(network.inputs))
        )
        hidden = Self.elements(of: network.hidden, as: mls_network_layer.self)
            .prefix(Int(network.layers)).map(Self.layer)
        output = Layer(
            weights: [Self.elements(of: network.weight, as: Int64.self)],
            bias: [network.bias],
            shift: 0
        )
    }

    /// The output for a candidate before the threshold.
    public func output(_ features: mls_features) -> Int64 { evaluate(features).output }

    /// The output, and whether an activation on the way was cut off.
    public func evaluate(_ features: mls_features) -> (output: Int64, isSaturated: Bool) {
        let values = Self.elements(of: features, as: Int32.self)
        var row = inputs.map { input in
            let value = min(max(values[Int(input.feature)], input.lowest), input.highest)
            return ((Int64(value) - Int64(input.lowest)) << Int64(input.up)) >> Int64(input.down)
        }
        var isSaturated = false
        for layer in hidden {
            let active = Self.sums(layer, row).map { max($0, 0) >> layer.shift }
            isSaturated = isSaturated || active.contains { $0 > 32767 }
            row = active.map { min($0, 32767) }
        }
        return (Self.sums(output, row)[0], isSaturated)
    }

    private static func sums(_ layer: Layer, _ row: [Int64]) -> [Int64] {
        zip(layer.weights, layer.bias).map { weights, bias in
            zip(weights, row).reduce(bias) { $0 + $1.0 * $1.1 }
        }
    }

    /// Lanes → numbers: `(blocks, inputs, pairs)` of two become rows of `(neurons, inputs)`.
    private static func layer(_ layer: mls_network_layer) -> Layer {
        let words = elements(of: layer.weight, as: Int64.self)
        let bias = elements(of: layer.bias, as: Int64.self).flatMap(lanes)
        let weights = (0..<Int(layer.blocks) * 8).map { neuron in
            (0..<64).map { input in
                lanes(words[(neuron / 8 * 64 + input) * 4 + neuron / 2 % 4])[neuron % 2]
            }
        }
        return Layer(
            weights: weights,
            bias: Array(bias.prefix(weights.count)),
            shift: Int64(layer.shift)
        )
    }

    private static func lanes(_ word: Int64) -> [Int64] {
        let low = Int64(Int32(truncatingIfNeeded: word))
        return [low, (word - low) >> 32]
    }

    private static func elements<Tuple, Element>(of tuple: Tuple, as type: Element.Type)
        -> [Element]
    {
        withUnsafeBytes(of: tuple) { Array($0.bindMemory(to: type)) }
    }
}
