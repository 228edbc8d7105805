import MLSched
import Testing

@testable import SchedDaemon

@Suite struct FillOrderTests {
    @Test("every pattern has one place", arguments: [(1, 1), (2, 2), (8, 6), (16, 16)])
    func permutation(cpuIDs: Int, online: Int) throws {
        let space = try PatternSpace(cpuIDs: cpuIDs, online: online)
        let order = FillOrder(of: space)
        let places = Set((0..<space.count).map { order[$0] })
        #expect(places.count == space.count)
        #expect(places.max() == UInt32(space.count - 1))
    }

    @Test("sources at least as loaded as the destination come first, with few idle CPUs first")
    func likelyFirst() throws {
        let space = try PatternSpace(cpuIDs: 4, online: 4)
        let order = FillOrder(of: space)
        let patterns = (0..<space.count).map { space.pattern(at: order[$0]) }
        let likely = patterns.prefix { $0.srcLevel >= $0.dstLevel }
        #expect(likely.count == 4 * 5 * 66)
        #expect(likely.map(\.cpuIdle) == likely.map(\.cpuIdle).sorted())
    }
}
