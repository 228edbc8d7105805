import CMLSchedABI
import MLPInference
import MLSched
import Testing

@Suite("Patterns")
struct PatternTests {
    @Test("loads are rounded to the nearest tenth, halves upwards")
    func levels() {
        let cases: [(Float, Int)] = [
            (0, 0), (0.0499, 0), (0.0501, 1), (0.1, 1), (0.1499, 1), (0.1501, 2), (0.5, 5),
            (0.9499, 9), (0.9501, 10), (1, 10), (1.7, 10), (-0.3, 0), (.nan, 0),
            (.infinity, 10), (-.infinity, 0),
        ]
        for (load, level) in cases {
            #expect(Pattern.level(ofLoad: load) == level, "\(load)")
        }
    }

    @Test("a level stands for a load that is rounded to it again")
    func levelsAreStable() throws {
        let space = try PatternSpace(cpuIDs: 1, online: 1)
        for index in 0..<UInt32(space.count) {
            let features = space.features(at: index)
            #expect(Pattern(features) == space.pattern(at: index))
            #expect(features.quantised == features)
        }
    }

    @Test(
        "indices and patterns are one to one, without a gap",
        arguments: [(1, 1), (2, 1), (2, 2), (8, 8), (64, 64), (64, 3)]
    )
    func bijection(cpuIDs: Int, online: Int) throws {
        let space = try PatternSpace(cpuIDs: cpuIDs, online: online)
        #expect(space.count == cpuIDs * (online + 1) * 121)
        // All of a small machine, one in 101 of a large one.
        for index in stride(from: 0, to: UInt32(space.count), by: space.count > 10_000 ? 101 : 1) {
            let pattern = space.pattern(at: index)
            #expect(space.contains(pattern))
            #expect(space.index(of: pattern) == index)
        }
    }

    @Test("the largest machine has its corners where arithmetic puts them")
    func corners() throws {
        let space = try PatternSpace(cpuIDs: 1024, online: 1024)
        #expect(space.count == 1024 * 1025 * 121)
        let last = Pattern(cpu: 1023, cpuIdle: 1024, srcLevel: 10, dstLevel: 10)
        #expect(space.index(of: last) == UInt32(space.count - 1))
        #expect(space.pattern(at: UInt32(space.count - 1)) == last)
        #expect(
            space.index(of: Pattern(cpu: 1, cpuIdle: 0, srcLevel: 0, dstLevel: 0)) == 1025 * 121
        )
        #expect(space.index(of: Pattern(cpu: 0, cpuIdle: 1, srcLevel: 0, dstLevel: 0)) == 121)
        #expect(space.index(of: Pattern(cpu: 0, cpuIdle: 0, srcLevel: 1, dstLevel: 0)) == 11)
        #expect(space.index(of: Pattern(cpu: 0, cpuIdle: 0, srcLevel: 0, dstLevel: 1)) == 1)
    }

    @Test("a pattern's features are its fields, and the CPUs that are not idle are the rest")
    func features() throws {
        let space = try PatternSpace(cpuIDs: 16, online: 8)
        let index = space.index(of: Pattern(cpu: 15, cpuIdle: 3, srcLevel: 9, dstLevel: 2))
        let features = space.features(at: index)
        #expect(features.cpu == 15)
        #expect(features.cpuIdle == 3)
        #expect(features.cpuNotIdle == 5)
        #expect(features.srcDomLoad == 0.9)
        #expect(features.dstDomLoad == 0.2)
    }

    @Test(
        "machines that cannot be are refused",
        arguments: [(0, 0), (1, 0), (1, 2), (1025, 1), (-1, -1)]
    )
    func impossibleMachines(cpuIDs: Int, online: Int) {
        #expect(throws: PatternSpaceError.self) {
            try PatternSpace(cpuIDs: cpuIDs, online: online)
        }
    }

    @Test("the fallback rule moves at 0.1 towards idle CPUs, at 0.2 otherwise")
    func heuristic() {
        func decision(_ idle: Int, _ src: Int, _ dst: Int) -> Decision? {
            Policy.heuristic.decision(
                for: Pattern(cpu: 0, cpuIdle: idle, srcLevel: src, dstLevel: dst)
            )
        }
        #expect(decision(1, 6, 5) == .migrate)
        #expect(decision(1, 5, 5) == .stay)
        #expect(decision(0, 6, 5) == .stay)
        #expect(decision(0, 7, 5) == .migrate)
        #expect(decision(0, 0, 10) == .stay)
    }

    @Test("policies decide alone, but for the model's")
    func policies() {
        let pattern = Pattern(cpu: 0, cpuIdle: 0, srcLevel: 0, dstLevel: 0)
        #expect(Policy.model.decision(for: pattern) == nil)
        #expect(Policy.always.decision(for: pattern) == .migrate)
        #expect(Policy.never.decision(for: pattern) == .stay)
        #expect(Policy.cost.decision(for: pattern) == nil)
        #expect(
            Policy.allCases.map(\.rawValue) == ["model", "heuristic", "cost", "always", "never"]
        )
    }
}
