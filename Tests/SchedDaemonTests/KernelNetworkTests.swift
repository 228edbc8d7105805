import BPFPrograms
import BPFRuntime
import CMLSchedABI
import Foundation
import MLPInference
import ModelTestSupport
import Testing

@testable import MLSched

/// The network in this machine's kernel, in native code and in plain numbers.
///
/// `MLSCHED_NETWORK_CASES` says how many random networks and states, together, are compared.
@Suite(.enabled(if: ObserverTests.isPossible)) struct KernelNetworkTests {
    /// Inputs and widths of hidden layers.
    static let shapes: [(Int, [Int])] = [
        (5, [64, 64]), (5, [16, 8]), (5, []), (1, [1]), (1, [64]), (3, [64, 1]), (5, [1, 64]),
        (0, [8]),
        (4, [9, 17]), (5, [63]),
    ]
    static let statesPerNetwork = 10

    @Test("kernel, native code and plain numbers give the same integers, saturated or not")
    func sameIntegers() throws {
        let kernel = try KernelNetwork()
        let cases = ProcessInfo.processInfo.environment["MLSCHED_NETWORK_CASES"].flatMap { Int($0) }
        let networks = max((cases ?? 120) / Self.statesPerNetwork, Self.shapes.count)
        var saturated = 0
        for seed in 0..<UInt64(networks) {
            let (inputs, hidden) = Self.shapes[Int(seed) % Self.shapes.count]
            let shift = [UInt32(0), 4, 12, 16, 20, 31][Int(seed) % 6]
            var network = mls_network.random(
                inputs: inputs,
                hidden: hidden,
                shift: shift,
                seed: seed
            )
            network.threshold = network.bias
            let plain = withUnsafePointer(to: network) { PlainNetwork($0) }
            let generation = UInt32(seed & 1)
            try kernel.publish(network, generation: generation)
            var random = SplitMix64(seed: ~seed)
            for _ in 0..<Self.statesPerNetwork {
                let state = mls_features((0..<5).map { _ in Self.value(&random) })
                let (expected, isSaturated) = plain.evaluate(state)
                let run = try kernel.run(state, generation: generation)
                #expect(run.output == expected, "seed \(seed)")
                #expect(run.migrate == (expected > network.threshold ? 1 : 0))
                #expect(Self.native(&network, state) == expected, "seed \(seed)")
                if isSaturated { saturated += 1 }
            }
        }
        #expect(saturated > 0)
    }

    @Test("the kernel decides as the model, quantised for this machine, does outside")
    func quantised() throws {
        let kernel = try KernelNetwork()
        let space = try PatternSpace(cpuIDs: 8, online: 8)
        let names = LiveFeature.measured.map(\.rawValue)
        let plain = TestModel(
            widths: [names.count, 64, 64, 1],
            activations: [.relu, .relu, .sigmoid],
            features: names.map { Feature(name: $0) }
        )
        var network = try FixedPointNetwork(Model(bytes: plain.encoded()), space: space)
        try network.withNetwork { try kernel.publish($0.pointee, generation: 0) }
        var draw = StateDraw(space: space)
        for _ in 0..<50 {
            let state = draw.next() as mls_features
            let output = network.output(for: state)
            let run = try kernel.run(state, generation: 0)
            #expect(run.output == output)
            #expect(run.migrate == (network.migrates(output) ? 1 : 0))
        }
    }

    /// Values as they come, and some at the ends of what there is.
    private static func value(_ random: inout SplitMix64) -> Int32 {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .min
        case 1: .max
        case 2: 0
        default: Int32.random(in: -200...50_000, using: &random)
        }
    }

    private static func native(_ network: inout mls_network, _ state: mls_features) -> Int64 {
        var scratch = mls_network_scratch()
        return withUnsafePointer(to: state) { mls_network_evaluate(&network, $0, &scratch) }
    }
}

/// The programs of `bpf/network.bpf.c` in this machine's kernel.
private struct KernelNetwork: ~Copyable {
    private let program: BPFProgram
    private let networks: MappedArray<UInt64>

    init() throws {
        let object = try OpenObject(.network).load()
        let program = try object.program("network_run")
        networks = try MappedArray(object.map("networks"))
        self.program = program
    }

    func publish(_ network: mls_network, generation: UInt32) throws {
        withUnsafeBytes(of: network) { bytes in
            let words = bytes.bindMemory(to: UInt64.self)
            let start = Int(generation & 1) * words.count
            for (index, word) in words.enumerated() { networks[start + index] = word }
        }
    }

    func run(_ state: mls_features, generation: UInt32) throws -> mls_network_run {
        var run = mls_network_run(features: state, output: 0, generation: generation, migrate: 0)
        try program.run(with: &run)
        return run
    }
}
