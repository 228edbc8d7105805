internal import SchedRecording

/// Two CPUs between which a move is measured; nil distance: one and the same, as a control.
struct MovePair: Equatable, Sendable {
    let from: Int
    let to: Int
    let distance: CPUDistance?

    /// Some pairs of each distance that a machine has, and one of a CPU with itself.
    ///
    /// - Parameters:
    ///   - shape: the machine.
    ///   - allowed: CPUs that may be used.
    ///   - limit: pairs of each distance, spread over the machine.
    /// - Returns: nearest first, the control last.
    static func pairs(of shape: MachineShape, allowed: [Int], limit: Int = 4) -> [MovePair] {
        let usable = shape.cpus.filter { Set(allowed).contains($0.id) }
        var found: [CPUDistance: [MovePair]] = [:]
        for (index, cpu) in usable.enumerated() {
            for other in usable[(index + 1)...] {
                let distance = MachineShape.distance(cpu, other)
                found[distance, default: []].append(
                    MovePair(from: cpu.id, to: other.id, distance: distance)
                )
            }
        }
        let control = usable.last.map { MovePair(from: $0.id, to: $0.id, distance: nil) }
        return CPUDistance.allCases.flatMap { spread(found[$0] ?? [], limit) }
            + (control.map { [$0] } ?? [])
    }

    private static func spread(_ pairs: [MovePair], _ limit: Int) -> [MovePair] {
        guard pairs.count > limit else { return pairs }
        return (0..<limit).map { pairs[$0 * pairs.count / limit] }
    }
}
