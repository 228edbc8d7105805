import SchedRecording
import Testing

@testable import SchedBench

/// What `mlsched calibrate` measures with.
@Suite("the costs of moves")
struct MoveTests {
    @Test(
        "a walk comes to every line of its memory exactly once",
        arguments: WalkedBuffer.Order.allCases,
        [64, 128, 4096, 1 << 20]
    )
    func walk(order: WalkedBuffer.Order, byteCount: Int) {
        let buffer = WalkedBuffer(byteCount: byteCount, order: order)
        for _ in 0..<3 { buffer.walk() }
        let visits = buffer.visits()
        #expect(visits.count == byteCount / 64)
        #expect(visits.allSatisfy { $0 == 3 })
    }

    @Test("pairs are of every distance that the machine has, and of no other")
    func pairs() {
        // Two nodes of two caches of two cores of two threads.
        let shape = Self.shape(
            (0..<16).map { MachineShape.CPU(id: $0, core: $0 & ~1, cache: $0 & ~3, node: $0 & ~7) }
        )
        let pairs = MovePair.pairs(of: shape, allowed: Array(0..<16), limit: 3)
        for distance in CPUDistance.allCases {
            #expect(pairs.count { $0.distance == distance } == 3)
        }
        #expect(pairs.last == MovePair(from: 15, to: 15, distance: nil))
        for pair in pairs.dropLast() {
            #expect(
                MachineShape.distance(shape.cpus[pair.from], shape.cpus[pair.to]) == pair.distance
            )
        }
    }

    @Test("CPUs that the process may not use are in no pair")
    func allowed() {
        let shape = Self.shape(
            (0..<4).map { MachineShape.CPU(id: $0, core: $0 & ~1, cache: 0, node: 0) }
        )
        let pairs = MovePair.pairs(of: shape, allowed: [1, 3])
        #expect(
            pairs == [
                MovePair(from: 1, to: 3, distance: .cache),
                MovePair(from: 3, to: 3, distance: nil),
            ]
        )
    }

    @Test("with a single CPU there is nowhere to move, and that is said")
    func single() {
        let shape = Self.shape([MachineShape.CPU(id: 0, core: 0, cache: 0, node: 0)])
        #expect(throws: BenchError.self) { try MoveBench(shape, allowed: [0]) }
    }

    private static func shape(_ cpus: [MachineShape.CPU]) -> MachineShape {
        MachineShape(architecture: "x86_64", kernel: "6.18", processor: "", cpus: cpus)
    }
}
