internal import CSchedSim

/// What a move costs: refill of caches, data shared with partners, busy siblings.
///
/// The defaults are round figures of a current server CPU, not a measurement; a report names the
/// table that it was made with.
public struct MoveCosts: Equatable, Sendable {
    /// What is modelled; each is an approximation of its own.
    public struct Effects: OptionSet, Hashable, Sendable {
        /// Bits of the simulator's `effects`.
        public let rawValue: UInt32

        /// Effects from their bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Caches are filled again after a move, in proportion to what of the footprint is gone.
        public static let refill = Effects(rawValue: MLS_SIM_REFILL.rawValue)
        /// A wake-up across CPUs pays for the data that both tasks share.
        public static let transfer = Effects(rawValue: MLS_SIM_TRANSFER.rawValue)
        /// Busy siblings of a core slow each other.
        public static let smt = Effects(rawValue: MLS_SIM_SMT.rawValue)
        /// Tasks that refill from one last-level cache at a time share its bandwidth.
        public static let bandwidth = Effects(rawValue: MLS_SIM_BANDWIDTH.rawValue)
        /// All of them.
        public static let all: Effects = [.refill, .transfer, .smt, .bandwidth]

        /// The names of those that are on, as reports print them.
        public var names: [String] {
            [
                ("refill", Effects.refill), ("transfer", .transfer), ("smt", .smt),
                ("bandwidth", .bandwidth),
            ].filter { contains($0.1) }.map(\.0)
        }
    }

    /// Where the figures are from, as reports print it.
    public var name = "assumed"
    /// What is modelled.
    public var effects: Effects = .all
    /// What a CPU keeps of its speed beside a busy sibling, of 1,024.
    public var smtShare: UInt32 = 640
    /// Bytes of a core's own caches.
    public var privateBytes: UInt64 = 1 << 20
    /// Bytes of a last-level cache.
    public var sharedBytes: UInt64 = 32 << 20
    /// Time until half of what a task left in a core's own caches is gone, ns.
    public var privateHalfLifeNanoseconds: UInt64 = 700_000
    /// The same in a last-level cache, ns.
    public var sharedHalfLifeNanoseconds: UInt64 = 28_000_000
    /// Picoseconds a byte: from the last-level cache, from the node's memory, from another node.
    public var refillPicoseconds: (llc: UInt64, node: UInt64, other: UInt64) = (31, 100, 160)
    /// Nanoseconds a wake-up: within a core, a last-level cache, a node, and between nodes.
    public var transferNanoseconds: (core: UInt64, llc: UInt64, node: UInt64, other: UInt64) =
        (50, 200, 600, 1200)
    /// A context switch, ns.
    public var switchNanoseconds: UInt64 = 1000
    /// What a wake-up costs the waker, ns.
    public var wakeNanoseconds: UInt64 = 500
    /// Until another CPU has noticed a kick, ns.
    public var kickNanoseconds: UInt64 = 2000

    /// The assumed table, with everything modelled.
    public init() {}

    /// The same with refill and transfer times multiplied, to see what a claim owes to them.
    public func scaled(by factor: Double) -> MoveCosts {
        func scale(_ value: UInt64) -> UInt64 { UInt64((Double(value) * factor).rounded()) }
        var copy = self
        let refill = refillPicoseconds
        let transfer = transferNanoseconds
        copy.name = factor == 1 ? name : "\(name) × \(factor)"
        copy.refillPicoseconds = (scale(refill.llc), scale(refill.node), scale(refill.other))
        copy.transferNanoseconds = (
            scale(transfer.core), scale(transfer.llc), scale(transfer.node), scale(transfer.other)
        )
        return copy
    }

    var lowered: mls_sim_costs {
        mls_sim_costs(
            effects: effects.rawValue,
            smt_share: smtShare,
            private_bytes: privateBytes,
            shared_bytes: sharedBytes,
            private_half_life_ns: privateHalfLifeNanoseconds,
            shared_half_life_ns: sharedHalfLifeNanoseconds,
            refill_ps: (
                0, 0, refillPicoseconds.llc, refillPicoseconds.node, refillPicoseconds.other
            ),
            transfer_ns: (
                0, transferNanoseconds.core, transferNanoseconds.llc, transferNanoseconds.node,
                transferNanoseconds.other
            ),
            switch_ns: switchNanoseconds,
            wake_ns: wakeNanoseconds,
            kick_ns: kickNanoseconds
        )
    }

    /// Whether two tables are the same.
    public static func == (left: MoveCosts, right: MoveCosts) -> Bool {
        left.name == right.name && left.effects == right.effects
            && left.privateBytes == right.privateBytes && left.sharedBytes == right.sharedBytes
            && left.smtShare == right.smtShare
            && left.refillPicoseconds == right.refillPicoseconds
            && left.transferNanoseconds == right.transferNanoseconds
    }
}
