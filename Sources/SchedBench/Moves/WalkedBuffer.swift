/// Memory whose cache lines are walked one after the other, each telling the next.
///
/// Every line is written, so that it has one owner. In a random order no two loads overlap and no
/// prefetcher helps.
struct WalkedBuffer: ~Copyable {
    private let words: UnsafeMutablePointer<UInt64>
    /// Bytes that a walk touches.
    let byteCount: Int

    /// How a walk goes.
    enum Order: CaseIterable {
        case random, inOrder
    }

    /// Memory of whole lines, in one cycle.
    init(byteCount: Int, order kind: Order) {
        let lines = max(1, byteCount / Self.lineBytes)
        self.byteCount = lines * Self.lineBytes
        let memory = UnsafeMutableRawPointer.allocate(byteCount: self.byteCount, alignment: 4096)
        words = memory.initializeMemory(
            as: UInt64.self,
            repeating: 0,
            count: lines * Self.wordsPerLine
        )
        // A random cycle through all lines: Sattolo, doi 10.1016/0020-0190(86)90073-6.
        var order = Array(0..<lines)
        var generator = LinearGenerator(state: UInt64(lines))
        for last in stride(from: lines - 1, to: 0, by: -1) where kind == .random {
            order.swapAt(last, generator.next(below: last))
        }
        if kind == .inOrder { order = order.map { ($0 + 1) % lines } }
        for (line, next) in order.enumerated() { words[line * Self.wordsPerLine] = UInt64(next) }
    }

    deinit {
        words.deallocate()
    }

    /// Walks once through all lines, and writes to each.
    @inline(never)
    borrowing func walk() {
        var line = 0
        for _ in 0..<byteCount / Self.lineBytes {
            let here = words + line &* Self.wordsPerLine
            here[1] &+= 1
            line = Int(truncatingIfNeeded: here[0])
        }
    }

    /// How often each line has been walked; the lines differ when the order is no single cycle.
    borrowing func visits() -> [UInt64] {
        (0..<byteCount / Self.lineBytes).map { words[$0 * Self.wordsPerLine + 1] }
    }

    private static let lineBytes = 64
    private static let wordsPerLine = lineBytes / MemoryLayout<UInt64>.size
}

/// A small sequence of numbers, good enough to scatter lines: doi 10.1090/S0025-5718-99-00996-5.
private struct LinearGenerator {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
