internal import MLSched

/// The order in which all patterns are decided before a generation comes into force: what
/// candidates can reach first, in case the time does not suffice for all.
///
/// A candidate nearly always leaves the busier domain, and is the likelier the fewer CPUs are idle.
/// So patterns whose source is at least as loaded as the destination come first, and among them
/// those of few idle CPUs.
struct FillOrder {
    private let space: PatternSpace
    /// Loads of source and destination in tenths, the likely pairs first.
    private let levels: [(src: Int, dst: Int)]
    /// How many pairs are likely.
    private let likely: Int
    /// Pairs of a CPU and a count of idle CPUs.
    private let rows: Int

    /// The order of a machine's patterns.
    init(of space: PatternSpace) {
        self.space = space
        let pairs = (0...10).flatMap { src in (0...10).map { dst in (src: src, dst: dst) } }
        let first = pairs.filter { $0.src >= $0.dst }
        levels = first + pairs.filter { $0.src < $0.dst }
        likely = first.count
        rows = space.cpuIDs * (space.online + 1)
    }

    /// The pattern at a place of the order.
    ///
    /// - Precondition: `0 ≤ place < space.count`.
    subscript(place: Int) -> UInt32 {
        let isLikely = place < rows * likely
        let rest = isLikely ? place : place - rows * likely
        let columns = isLikely ? likely : levels.count - likely
        let level = levels[rest % columns + (isLikely ? 0 : likely)]
        let row = rest / columns
        return space.index(
            of: Pattern(
                cpu: row % space.cpuIDs,
                cpuIdle: row / space.cpuIDs,
                srcLevel: level.src,
                dstLevel: level.dst
            )
        )
    }
}
