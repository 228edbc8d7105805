public import SchedRecording

extension MoveCosts {
    /// The costs that were measured on a machine; what no table tells, such as how long caches keep
    /// what was left in them, is as assumed.
    ///
    /// - Parameters:
    ///   - table: what was measured.
    ///   - name: how reports call it.
    ///   - distances: those that the machine to be simulated has.
    /// - Throws: `SimError.impossible` for a distance that the table lacks.
    public init(
        _ table: CostTable,
        name: String,
        for distances: [CPUDistance]
    ) throws(SimError) {
        for distance in distances where table.transfer[distance] == nil {
            throw .impossible(
                "\(name) has no costs between CPUs that share \(distance.sharedPart): calibrate on a "
                    + "machine that has such, or simulate one that has not"
            )
        }
        func refill(_ distance: CPUDistance) -> UInt64 {
            UInt64((table.refillPicosecondsPerByte(distance) ?? 0).rounded())
        }
        func transfer(_ distance: CPUDistance) -> UInt64 {
            UInt64(max(0, table.transfer[distance]?.median ?? 0).rounded())
        }
        self.init()
        self.name = name
        if table.privateBytes > 0 { privateBytes = UInt64(table.privateBytes) }
        if table.sharedBytes > 0 { sharedBytes = UInt64(table.sharedBytes) }
        refillPicoseconds = (refill(.cache), refill(.node), refill(.nothing))
        transferNanoseconds = (
            transfer(.core), transfer(.cache), transfer(.node), transfer(.nothing)
        )
    }
}

extension CPUDistance {
    /// What two CPUs share, in a sentence.
    fileprivate var sharedPart: String {
        switch self {
        case .core: "a core"
        case .cache: "a cache"
        case .node: "a node alone"
        case .nothing: "no node"
        }
    }
}
