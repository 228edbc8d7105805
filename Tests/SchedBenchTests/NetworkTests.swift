import CMLSchedABI
import DefaultWeights
import Glibc
import Testing

@testable import SchedBench

@Suite("Networks in the kernel")
struct NetworkTests {
    static let loadsPrograms = access("/sys/kernel/btf/vmlinux", R_OK) == 0 && geteuid() == 0

    /// The words of a map as the network that they are.
    private static func network(_ words: [UInt64]) -> mls_network {
        words.withUnsafeBytes { $0.load(as: mls_network.self) }
    }

    @Test(
        "a drawn network has the widths of its shape, in whole chunks and blocks",
        arguments: [
            (1, [], 1, [], []), (10, [16], 4, [3], [2]), (10, [64, 64], 16, [3, 16], [8, 8]),
            (5, [7, 9], 3, [2, 2], [1, 2]), (4, [8, 8], 2, [1, 2], [1, 1]),
        ] as [(Int, [Int], UInt32, [UInt32], [UInt32])]
    )
    func drawn(inputs: Int, hidden: [Int], last: UInt32, chunks: [UInt32], blocks: [UInt32]) {
        let words = NetworkShape(inputs: inputs, hidden: hidden).drawn()
        #expect(words.count * 8 == MemoryLayout<mls_network>.size)
        let network = Self.network(words)
        #expect(network.inputs == UInt32(inputs) && network.layers == UInt32(hidden.count))
        #expect(network.chunks == last)
        let layers = [network.hidden.0, network.hidden.1].prefix(hidden.count)
        #expect(layers.map(\.chunks) == chunks && layers.map(\.blocks) == blocks)
    }

    @Test("every weight of a shape is drawn, none beyond it, and each network has its own")
    func weights() {
        let shape = NetworkShape(inputs: 10, hidden: [64, 64])
        let network = Self.network(shape.drawn())
        let drawn = [network.hidden.0, network.hidden.1].map { layer in
            withUnsafeBytes(of: layer.weight) { $0.bindMemory(to: Int64.self).count { $0 != 0 } }
        }
        // Two weights of 16 bits share a word: it is 0 for one pair in four million.
        #expect(drawn[0] <= 10 * 32 && drawn[0] > 10 * 32 - 4)
        #expect(drawn[1] <= 64 * 32 && drawn[1] > 64 * 32 - 4)
        #expect(shape.drawn() != shape.drawn())
    }

    @Test("every input takes a feature that there is, within the range of its activation")
    func inputs() {
        let network = Self.network(NetworkShape(inputs: 16, hidden: []).drawn())
        withUnsafeBytes(of: network.input) { raw in
            for input in raw.bindMemory(to: mls_network_input.self) {
                #expect(input.feature < NR_MLS_FEATURES.rawValue)
                #expect(input.lowest == 0 && input.highest == MLS_NETWORK_ONE)
                #expect(input.up == 0 && input.down == 0)
            }
        }
    }

    @Test("a shape is called by its widths, the output's too")
    func names() {
        #expect(NetworkShape(inputs: 10, hidden: [64, 64]).name == "10-64-64-1")
        #expect(NetworkShape(inputs: 3, hidden: []).name == "3-1")
        #expect(Set(NetworkShape.measured.map(\.name)).count == NetworkShape.measured.count)
    }

    @Test("without a round there is nothing in a result but its name")
    func nothing() {
        let result = NetworkTrial(shape: NetworkShape(inputs: 4, hidden: [8]))
            .result(besides: 100, Results.environment)
        #expect(result.name == "4-8-1" && result.rounds.isEmpty && result.sample == nil)
        #expect(result.figures == ["verified_instructions": 0])
    }

    @Test(
        "on this kernel each network takes time, the larger one more",
        .enabled(if: loadsPrograms)
    )
    func kernel() throws {
        let cpu = try MeasuringCPUs(preferring: nil).cpu
        let results = try NetworkBench(try DefaultModel.load(), rounds: 1, cpu: cpu)
            .run(Results.environment)
        #expect(results.map(\.name) == ["10-64-64-1", "10-16-8-1", "the model, float32"])
        #expect(results.map(\.subject) == ["mlsched", "mlsched", "user space"])
        #expect(results.allSatisfy { $0.rounds.count == 1 && $0.section == "network" })
        let times = try results.map { try #require($0.sample).median }
        // 4,865 multiplications beside 305: no noise turns that round.
        #expect(times[0] > times[1])
        for result in results.prefix(2) {
            #expect(try #require(result.figures["verified_instructions"]) > 100)
            #expect(try #require(result.figures["empty_ns"]) > 0)
            let ratio = try #require(result.figures["ratio_to_float32"])
            #expect(abs(ratio * times[2] / (try #require(result.sample).median) - 1) < 1e-9)
        }
    }
}
