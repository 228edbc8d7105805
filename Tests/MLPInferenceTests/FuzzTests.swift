import CMallocCounter
import Glibc
import MLPInference
import ModelTestSupport
import Testing

@Suite("Mutated model files")
struct FuzzTests {
    /// How many files are tried.
    ///
    /// 20,000 take a second. `tools/test` sets `MLSCHED_FUZZ_CASES` to a million, which take half a
    /// minute; `MLSCHED_FUZZ_SEED` gives others.
    private static let cases = environment("MLSCHED_FUZZ_CASES") ?? 20_000
    private static let seed = UInt64(environment("MLSCHED_FUZZ_SEED") ?? 1)

    @Test("damaged model files are refused or evaluated, without a crash or a large allocation")
    func mutations() {
        let corpus = Self.corpus()
        var random = SplitMix64(seed: Self.seed)
        var refused = 0
        var largest = 0
        for _ in 0..<Self.cases {
            var file = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&file, &random) }
            // Most mutations would otherwise end at the checksum.
            if Int.random(in: 0..<16, using: &random) != 0 { TestModel.seal(&file) }
            let before = malloc_counter_bytes()
            do {
                _ = try Model(bytes: file)
            } catch {
                refused += 1
                #expect(!error.description.isEmpty)
            }
            largest = max(largest, Int(malloc_counter_bytes() - before) - file.count)
        }
        // A mutated weight that fails no self-test, or a changed unit, is a sound file.
        #expect(refused > Self.cases / 2 && refused < Self.cases)
        #expect(largest < 8 << 20)
    }

    /// Small files with every activation, padding, scaling, and text.
    private static func corpus() -> [[UInt8]] {
        let scaled = [Feature(name: "a", unit: "µs", offset: 1, scale: 2), Feature(name: "zero")]
        var empty = TestModel(widths: [1, 1], activations: [.identity], testVectors: 1)
        empty.provenance = ""
        return [empty.encoded()]
            + everyActivation.map {
                TestModel(widths: [2, 3, 1], activations: [$0, .sigmoid], features: scaled)
                    .encoded()
            }
            + [
                TestModel(widths: [2, 17, 16, 2], activations: [.relu, .tanh, .elu(alpha: 1)])
                    .encoded()
            ]
    }
}

/// One change of the kinds that a format invites.
private func mutate(_ file: inout [UInt8], _ random: inout SplitMix64) {
    guard file.count > 64 else { return }
    // Fields are in front, so half of the changes are.
    let end = Bool.random(using: &random) ? min(file.count, 320) : file.count
    let offset = Int.random(in: 0..<end, using: &random)
    let word = offset & ~3
    switch Int.random(in: 0..<8, using: &random) {
    case 0: file[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: file[offset] = UInt8.random(in: 0...255, using: &random)
    case 2: file.removeLast(Int.random(in: 1...min(file.count, 100), using: &random))
    case 3: file += Array(repeating: 0, count: Int.random(in: 1...128, using: &random))
    case 4 where word + 4 <= file.count:
        let interesting: [UInt32] = [
            0, 1, 2, 16, 17, 64, 1024, 4096, 65_536, 65_537, 0x7FFF_FFFF, 0xFFFF_FFFF,
            0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F7F_FFFF, 0x0000_0001,
        ]
        let value = interesting[Int.random(in: 0..<interesting.count, using: &random)]
        ByteWriter.store(value, in: &file, at: word)
    case 5 where word + 4 <= file.count:
        let delta = UInt32.random(in: 0...2, using: &random) &- 1
        let old = file[word..<word + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        ByteWriter.store(old &+ delta, in: &file, at: word)
    case 6:
        let count = Int.random(in: 1...64, using: &random)
        let source = Int.random(in: 0..<file.count, using: &random)
        let block = Array(file[source..<min(source + count, file.count)])
        let room = min(block.count, file.count - offset)
        file.replaceSubrange(offset..<offset + room, with: block.prefix(room))
    default: file.insert(contentsOf: Array(repeating: 0, count: 64), at: offset & ~63)
    }
}

private func environment(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
}
