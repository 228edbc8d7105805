public import CMLSchedABI

extension mls_network {
    /// A network of random weights, whatever they mean, whose sums stay within their lanes.
    ///
    /// - Parameters:
    ///   - inputs: features, 0 to 5.
    ///   - hidden: neurons of each hidden layer.
    ///   - shift: from sums to activations; sums reach 2³¹, so most are cut off below 16.
    ///   - seed: the same one gives the same network.
    /// - Returns: the network, its threshold 0.
    public static func random(
        inputs: Int,
        hidden: [Int],
        shift: UInt32,
        seed: UInt64
    ) -> mls_network {
        var random = SplitMix64(seed: seed)
        var network = mls_network()
        network.inputs = UInt32(inputs)
        network.layers = UInt32(hidden.count)
        withUnsafeMutableBytes(of: &network.input) { bytes in
            let input = bytes.bindMemory(to: mls_network_input.self)
            for index in 0..<inputs {
                input[index] = mls_network_input(
                    feature: UInt32(index),
                    lowest: Int32.random(in: -100...100, using: &random),
                    highest: Int32.random(in: 101...40_000, using: &random),
                    up: UInt16.random(in: 0...1, using: &random),
                    down: UInt16.random(in: 2...4, using: &random)
                )
            }
        }
        var width = inputs
        for (index, neurons) in hidden.enumerated() {
            withUnsafeMutableBytes(of: &network.hidden) { bytes in
                guard let layers = bytes.bindMemory(to: mls_network_layer.self).baseAddress else {
                    return
                }
                fill(layers + index, width, neurons, &random)
                layers[index].shift = shift
            }
            width = neurons
        }
        network.chunks = chunks(width)
        network.bias = Int64.random(in: -1 << 40...1 << 40, using: &random)
        withUnsafeMutableBytes(of: &network.weight) { bytes in
            let weights = bytes.bindMemory(to: Int64.self)
            for input in 0..<width {
                weights[input] = Int64.random(in: -32767...32767, using: &random)
            }
        }
        return network
    }

    private static func fill(
        _ layer: UnsafeMutablePointer<mls_network_layer>,
        _ inputs: Int,
        _ neurons: Int,
        _ random: inout SplitMix64
    ) {
        layer.pointee.chunks = chunks(inputs)
        layer.pointee.blocks = UInt32(neurons + 7) / 8
        // 64 times this, times an activation of 2¹⁵, is less than half of 2³¹.
        let most = Int32(500)
        for neuron in 0..<UInt32(neurons) {
            for input in 0..<UInt32(inputs) {
                let weight = Int32.random(in: -most...most, using: &random)
                mls_network_set_weight(layer, neuron, input, weight)
            }
            let bias = Int32.random(in: -1 << 29...1 << 29, using: &random)
            mls_network_set_bias(layer, neuron, bias)
        }
    }

    private static func chunks(_ inputs: Int) -> UInt32 { UInt32(inputs + 3) / 4 }
}
