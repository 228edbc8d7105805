import LinuxSystem
import SchedRecording
import Testing

@testable import SchedBench

@Suite("Exchanges and walks", .serialized)
struct ExchangeTests {
    @Test(
        "two threads that hand a line to and fro take some time, and less than a wake-up",
        .enabled(if: ThisThread.allowedCPUs.count > 1)
    )
    func exchange() throws {
        let cpus = ThisThread.allowedCPUs
        let pair = MovePair(from: cpus[0], to: cpus[1], distance: .cache)
        // Nil is the answer when something else has kept a CPU; not again and again.
        let times = try (0..<20).lazy.compactMap { _ in
            try LineExchange.measure(pair, exchanges: 100)
        }
        #expect(try #require(times.first) > 0)
    }

    @Test("a partner that cannot have its CPU ends the exchange")
    func partner() throws {
        let pair = MovePair(from: ThisThread.allowedCPUs[0], to: 1023, distance: .cache)
        #expect(try LineExchange.measure(pair, exchanges: 10) == nil)
    }

    @Test("a CPU that cannot be had is an error")
    func absent() {
        let pair = MovePair(from: 1023, to: ThisThread.allowedCPUs[0], distance: .cache)
        #expect(throws: BenchError.self) { try LineExchange.measure(pair, exchanges: 10) }
    }

    @Test("memory of less than a line is one line", arguments: [-1, 0, 1, 63, 64, 65])
    func small(bytes: Int) {
        let buffer = WalkedBuffer(byteCount: bytes, order: .random)
        let byteCount = buffer.byteCount
        #expect(byteCount == 64)
        buffer.walk()
        let visits = buffer.visits()
        #expect(visits == [1])
    }

    @Test("pairs are spread over the machine when there are more than are asked for")
    func spread() {
        let cpus = (0..<1024).map { MachineShape.CPU(id: $0, core: $0, cache: 0, node: 0) }
        let shape = MachineShape(architecture: "x86_64", kernel: "", processor: "", cpus: cpus)
        let pairs = MovePair.pairs(of: shape, allowed: Array(0..<1024), limit: 4)
        #expect(pairs.count == 5 && pairs.last == MovePair(from: 1023, to: 1023, distance: nil))
        let firsts = pairs.dropLast().map(\.from)
        #expect(firsts == firsts.sorted() && Set(firsts).count == 4)
        // Of n · (n − 1) / 2 pairs in order, half lie before n · (1 − √½).
        #expect((295...305).contains(firsts[2]))
    }

    @Test("without a CPU there is no pair, with one alone the control", arguments: [0, 1])
    func few(count: Int) {
        let cpus = [MachineShape.CPU(id: 7, core: 7, cache: 7, node: 7)]
        let shape = MachineShape(architecture: "", kernel: "", processor: "", cpus: cpus)
        let pairs = MovePair.pairs(of: shape, allowed: count == 0 ? [] : [7])
        #expect(pairs == (count == 0 ? [] : [MovePair(from: 7, to: 7, distance: nil)]))
    }
}
