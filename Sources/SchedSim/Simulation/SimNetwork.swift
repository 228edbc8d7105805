internal import CMLSchedABI
public import MLPInference
internal import MLSched

/// A model of the task in the kernel's fixed point, for a machine.
public final class SimNetwork: Sendable {
    private let network: FixedPointNetwork

    /// Quantises a model.
    ///
    /// - Throws: `NetworkError` where the kernel cannot evaluate it, `PatternSpaceError` where the
    ///   machine has no patterns.
    public init(_ model: Model, on machine: SimMachine) throws {
        let cpus = machine.cpus.count
        network = try FixedPointNetwork(model, space: PatternSpace(cpuIDs: cpus, online: cpus))
    }

    /// The network as the scheduler's map holds it; valid as long as this.
    var pointer: UnsafePointer<mls_network> { network.pointer }
}
