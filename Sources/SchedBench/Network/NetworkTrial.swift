internal import CMLSchedABI

/// The measurements of one shape, collected over the rounds.
struct NetworkTrial {
    private let shape: NetworkShape
    private let network: [UInt64]
    private var loops: [Double] = []
    private var empty: [Double] = []
    private var byStatistics: [Double] = []
    private var verified = 0

    /// Draws a network of a shape.
    init(shape: NetworkShape) {
        self.shape = shape
        network = shape.drawn()
    }

    /// One round.
    mutating func measure(_ programs: borrowing NetworkPrograms) throws {
        programs.publish(network)
        // The first run loads the caches and lets the core reach its clock.
        _ = try programs.time()
        for _ in 0..<Self.samplesPerRound {
            let times = try programs.time()
            loops.append(times.loop)
            empty.append(times.nothing)
        }
        if let time = try programs.timeByStatistics() { byStatistics.append(time) }
        verified = try programs.verifiedInstructions()
    }

    /// What was measured, beside the time of the model in user space, ns.
    func result(besides float: Double?, _ environment: BenchEnvironment) -> BenchResult {
        let net = zip(loops, empty).map { $0 - $1 }
        let rounds = Sample.medians(of: net, every: Self.samplesPerRound)
        var figures = ["verified_instructions": Double(verified)]
        figures["empty_ns"] = Sample(empty)?.median
        figures["by_statistics_ns"] = Sample(byStatistics)?.median
        if let time = Sample(rounds)?.median, let float {
            figures["ratio_to_float32"] = time / float
        }
        return BenchResult(
            section: "network",
            name: shape.name,
            subject: "mlsched",
            primary: "ns",
            rounds: rounds,
            figures: figures,
            environment: environment
        )
    }

    private static let samplesPerRound = 10
}

extension NetworkShape {
    /// The words of a network of this shape whose weights are drawn, as the kernel's map holds them.
    func drawn() -> [UInt64] {
        var random = SystemRandomNumberGenerator()
        var network = mls_network()
        network.inputs = UInt32(inputs)
        network.layers = UInt32(hidden.count)
        withUnsafeMutableBytes(of: &network.input) { bytes in
            let input = bytes.bindMemory(to: mls_network_input.self)
            for index in 0..<inputs {
                // More inputs than there are features take some of them twice.
                let feature = UInt32(index) % NR_MLS_FEATURES.rawValue
                input[index] = mls_network_input(
                    feature: feature,
                    lowest: 0,
                    highest: MLS_NETWORK_ONE,
                    up: 0,
                    down: 0
                )
            }
        }
        withUnsafeMutableBytes(of: &network.hidden) { bytes in
            let layers = bytes.bindMemory(to: mls_network_layer.self)
            for (index, width) in hidden.enumerated() {
                guard let layer = layers.baseAddress.map({ $0 + index }) else { continue }
                fill(layer, inputs: index == 0 ? inputs : hidden[index - 1], width, &random)
            }
        }
        network.chunks = Self.chunks(of: hidden.last ?? inputs)
        return withUnsafeBytes(of: network) { Array($0.bindMemory(to: UInt64.self)) }
    }

    private func fill(
        _ layer: UnsafeMutablePointer<mls_network_layer>,
        inputs: Int,
        _ width: Int,
        _ random: inout SystemRandomNumberGenerator
    ) {
        layer.pointee.chunks = Self.chunks(of: inputs)
        layer.pointee.blocks = (UInt32(width) + MLS_NETWORK_BLOCK - 1) / MLS_NETWORK_BLOCK
        layer.pointee.shift = 12
        for neuron in 0..<UInt32(width) {
            for input in 0..<UInt32(inputs) {
                let weight = Int32.random(in: -1000...1000, using: &random)
                mls_network_set_weight(layer, neuron, input, weight)
            }
        }
    }

    private static func chunks(of inputs: Int) -> UInt32 {
        (UInt32(inputs) + MLS_NETWORK_CHUNK - 1) / MLS_NETWORK_CHUNK
    }
}
