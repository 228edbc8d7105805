internal import MLSched

/// The patterns near one that was asked for: on every CPU, with up to two idle CPUs or two
/// tenths of load more or less.
///
/// The scheduler's next question is likely to be one of them. A walk through it can be begun anew
/// at any time and allocates nothing.
struct Neighbourhood: ~Copyable {
    private let space: PatternSpace
    private var idle = 0...0
    private var src = 0...0
    private var dst = 0...0
    private var position = 0
    private var count = 0

    /// An empty neighbourhood.
    init(in space: PatternSpace) {
        self.space = space
    }

    /// Begins the walk around a pattern.
    ///
    /// - Precondition: the index is within the space.
    mutating func centre(on index: UInt32) {
        let pattern = space.pattern(at: index)
        idle = Self.around(pattern.cpuIdle, upTo: space.online)
        src = Self.around(pattern.srcLevel, upTo: 10)
        dst = Self.around(pattern.dstLevel, upTo: 10)
        position = 0
        count = space.cpuIDs * idle.count * src.count * dst.count
    }

    /// The next pattern; nil at the end.
    mutating func next() -> UInt32? {
        guard position < count else { return nil }
        var rest = position
        position += 1
        let cpu = rest % space.cpuIDs
        rest /= space.cpuIDs
        let idleCPUs = idle.lowerBound + rest % idle.count
        rest /= idle.count
        let srcLevel = src.lowerBound + rest % src.count
        let dstLevel = dst.lowerBound + rest / src.count
        return space.index(
            of: Pattern(cpu: cpu, cpuIdle: idleCPUs, srcLevel: srcLevel, dstLevel: dstLevel)
        )
    }

    private static let reach = 2

    private static func around(_ value: Int, upTo limit: Int) -> ClosedRange<Int> {
        max(0, value - reach)...min(limit, value + reach)
    }
}
