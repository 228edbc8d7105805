internal import LinuxSystem
internal import SchedDaemon
public import SchedRecording

/// Measures on this machine what it costs a task to move between two of its CPUs.
///
/// A thread walks through memory on the one CPU until that is warm, moves, and walks again: what
/// the first walk there takes longer than the next is the refill. Each round covers all pairs and
/// sizes, so that whatever else the machine does affects all of them alike.
public struct MoveBench: Sendable {
    /// Sizes of memory that are walked, bytes.
    public static let footprints = (14...24).filter { $0 % 2 == 0 }.map { 1 << $0 }

    private let shape: MachineShape
    private let pairs: [MovePair]
    private let sizes: CacheSizes

    /// Looks at the machine.
    ///
    /// - Throws: `TopologyError` when its CPUs cannot be read, `BenchError` when this process may use
    ///   one only.
    public init() throws {
        let shape = MachineShape(try CPUTopology())
        try self.init(shape, allowed: ThisThread.allowedCPUs)
    }

    init(_ shape: MachineShape, allowed: [Int]) throws(BenchError) {
        self.shape = shape
        pairs = MovePair.pairs(of: shape, allowed: allowed)
        guard let first = pairs.first, first.distance != nil else {
            throw BenchError(
                "this process may use one CPU only, and there is nowhere to move: "
                    + "see `taskset -p $$`"
            )
        }
        let core = shape.cpus.first { $0.id == first.from }?.core
        sizes = CacheSizes(
            cpu: first.from,
            siblings: shape.cpus.count { $0.core == core }
        )
    }

    /// Measures for a time, and at least three rounds.
    ///
    /// - Parameters:
    ///   - duration: how long to measure.
    ///   - date: what the table says of when.
    /// - Returns: a table of the machine's own distances.
    /// - Throws: `BenchError` where a CPU cannot be had or the machine is too busy.
    public func run(for duration: Duration, date: String) throws -> MoveMeasurement {
        var tally = MoveTally()
        let start = ContinuousClock.now
        var rounds = 0
        while rounds < 3 || ContinuousClock.now - start < duration {
            for pair in pairs {
                for footprint in Self.footprints {
                    for order in WalkedBuffer.Order.allCases {
                        try tally.add(Self.walk(pair, footprint, order), pair, footprint, order)
                    }
                }
                if pair.distance != nil, let time = try LineExchange.measure(pair, exchanges: 5000)
                {
                    tally.add(exchange: time, pair)
                }
            }
            rounds += 1
        }
        return try costs(tally, rounds: rounds, date: date)
    }

    /// The times of a walk that is warm, and of the first one after a move, ns.
    private static func walk(
        _ pair: MovePair,
        _ footprint: Int,
        _ order: WalkedBuffer.Order
    ) throws -> (warm: Double, cold: Double) {
        try PinnedThread.run(on: pair.from, named: "calibrate") {
            let buffer = WalkedBuffer(byteCount: footprint, order: order)
            let watch = Stopwatch()
            for _ in 0..<3 { buffer.walk() }
            try PinnedThread.pin(to: pair.to)
            let times = (0..<3).map { _ in
                let start = watch.now()
                buffer.walk()
                return Double(watch.duration(from: start, to: watch.now()))
            }
            assert(Set(buffer.visits()).count == 1, "a walk comes to every line once")
            return (warm: times[2], cold: times[0])
        }
    }

    private func costs(_ tally: MoveTally, rounds: Int, date: String) throws -> MoveMeasurement {
        let present = Set(pairs.compactMap(\.distance))
        func refills(_ order: WalkedBuffer.Order) throws -> [CPUDistance: [CostTable.Spread]] {
            try Dictionary(
                uniqueKeysWithValues: present.map { distance in
                    (distance, try Self.footprints.map { try tally.refill(distance, $0, order) })
                }
            )
        }
        return MoveMeasurement(
            table: CostTable(
                source: "measured by mlsched calibrate on \(date), Linux \(shape.kernel), "
                    + "\(rounds) rounds",
                processor: shape.processor,
                privateBytes: sizes.privateBytes,
                sharedBytes: sizes.sharedBytes,
                footprints: Self.footprints,
                warm: try Self.footprints.map { try tally.warm($0) },
                refill: try refills(.random),
                refillInOrder: try refills(.inOrder),
                transfer: try Dictionary(
                    uniqueKeysWithValues: present.map { ($0, try tally.transfer($0)) }
                )
            ),
            control: try Self.footprints.map { try tally.refill(nil, $0, .random) }
        )
    }
}

/// What was measured.
public struct MoveMeasurement: Equatable, Sendable {
    /// The costs of moves.
    public let table: CostTable
    /// The same figure of a thread that stays, by footprint: what of the others is not the move's.
    public let control: [CostTable.Spread]
}
