internal import SchedRecording

/// Measurements of moves as they come in.
struct MoveTally {
    private struct Key: Hashable {
        let distance: CPUDistance?
        let footprint: Int
        let order: WalkedBuffer.Order
    }

    private var refills: [Key: [Double]] = [:]
    private var warms: [Int: [Double]] = [:]
    private var transfers: [CPUDistance: [Double]] = [:]

    /// Adds a walk that was warm, and one right after a move.
    mutating func add(
        _ times: (warm: Double, cold: Double),
        _ pair: MovePair,
        _ footprint: Int,
        _ order: WalkedBuffer.Order
    ) {
        let key = Key(distance: pair.distance, footprint: footprint, order: order)
        refills[key, default: []].append(times.cold - times.warm)
        if order == .random { warms[footprint, default: []].append(times.warm) }
    }

    /// Adds an exchange of a line.
    mutating func add(exchange time: Double, _ pair: MovePair) {
        if let distance = pair.distance { transfers[distance, default: []].append(time) }
    }

    /// What a move over a distance took longer.
    func refill(
        _ distance: CPUDistance?,
        _ footprint: Int,
        _ order: WalkedBuffer.Order
    ) throws(BenchError) -> CostTable.Spread {
        try spread(refills[Key(distance: distance, footprint: footprint, order: order)])
    }

    /// What a warm walk took.
    func warm(_ footprint: Int) throws(BenchError) -> CostTable.Spread {
        try spread(warms[footprint])
    }

    /// What a line took on its way.
    func transfer(_ distance: CPUDistance) throws(BenchError) -> CostTable.Spread {
        try spread(transfers[distance])
    }

    private func spread(_ times: [Double]?) throws(BenchError) -> CostTable.Spread {
        guard let sample = Sample(times ?? []) else {
            throw BenchError(
                "two CPUs never ran at once in all the time: stop what else runs and try again"
            )
        }
        return CostTable.Spread(
            lowerQuartile: sample.lowerQuartile,
            median: sample.median,
            upperQuartile: sample.upperQuartile
        )
    }
}
