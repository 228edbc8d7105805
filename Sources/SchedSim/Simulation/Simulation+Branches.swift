internal import CSchedSim
public import MLSched

extension Simulation {
    /// A saved state of a simulation, which can be restored any number of times.
    public struct Moment: ~Copyable {
        // SAFETY: made by mls_sim_snapshot_new(), freed once, in deinit.
        fileprivate let snapshot: OpaquePointer

        fileprivate init(_ snapshot: OpaquePointer) { self.snapshot = snapshot }

        deinit { mls_sim_snapshot_free(snapshot) }
    }

    /// Memory for a state, filled by `keep(in:)`.
    ///
    /// - Throws: `SimError.broken` where there is no memory.
    public func makeMoment() throws(SimError) -> Moment {
        guard let snapshot = mls_sim_snapshot_new(sim) else { throw Self.noMemory }
        return Moment(snapshot)
    }

    /// Saves the present state.
    ///
    /// - Throws: `SimError.broken` where there is no memory.
    /// - Complexity: copies the memory of the simulation; see ``SimReport/memory``.
    public func keep(in moment: borrowing Moment) throws(SimError) {
        let snapshot = moment.snapshot
        guard Self.inTurn({ mls_sim_snapshot_take(sim, snapshot) }) else {
            throw Self.noMemory
        }
    }

    /// Restores a saved state.
    public mutating func goBack(to moment: borrowing Moment) {
        let snapshot = moment.snapshot
        Self.inTurn { mls_sim_snapshot_restore(sim, snapshot) }
    }

    /// Forces a future decision, and redraws what could not be known when it was made.
    ///
    /// - Parameters:
    ///   - index: which of the decisions to come; 0 is the next.
    ///   - decision: what it will be; nil: what the policy says.
    ///   - future: the number of another future; 0: the one that comes.
    public mutating func force(_ index: Int, to decision: Decision?, future: UInt64 = 0) {
        mls_sim_force(sim, UInt32(clamping: index), UInt32(decision?.rawValue ?? 0), future)
    }

    /// The candidate of the decision that was forced last, and what the policy said of it; nil
    /// where it has not been made yet.
    public func forced() -> (candidate: SimCandidate, said: Decision?)? {
        var raw = mls_sim_candidate()
        var said: UInt32 = 0
        guard mls_sim_forced(sim, &raw, &said) else { return nil }
        return (SimCandidate(raw), Decision(rawValue: UInt8(clamping: said)))
    }

    private static var noMemory: SimError { .broken("there is no memory left for a snapshot") }
}
