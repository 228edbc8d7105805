internal import CMLPKernels

/// Which kernel evaluates how many rows: the one rule for everything that evaluates.
///
/// The fused kernel keeps sums, bias and activation in registers and its weights are arranged once;
/// OpenBLAS's kernels before those for SkylakeX copy both matrices in every call. So the fused
/// kernel evaluates blocks of fewer than 32 rows, and all blocks where OpenBLAS's kernels are
/// narrower than the CPU's vectors, or as wide and copying. It takes layers of at most 256 inputs
/// and outputs, whose weights stay in a second-level cache; a network with a wider one is sgemm's.
public struct KernelRule: Equatable, Sendable {
    /// Blocks of fewer rows go through the fused kernel, all others through sgemm.
    let fusedBelow: Int
    private let reason: String?

    /// The rule for a network on this machine.
    public init(_ choice: KernelChoice, for model: Model) {
        let widest = model.layers.reduce(model.inputCount) { max($0, $1.outputs) }
        let most = Int(MLPK_MAX_WIDTH)
        guard widest <= most else {
            let isWanted = choice != .sgemm
            fusedBelow = 0
            reason = isWanted ? "a layer is \(widest) wide, more than \(most)" : nil
            return
        }
        switch choice {
        case .sgemm: (fusedBelow, reason) = (0, nil)
        case .fused: (fusedBelow, reason) = (.max, nil)
        case .auto:
            let core = BLASLibrary.coreName
            reason = Self.reasonForFused(core: core, vectorBits: CPUVectors.bits)
            fusedBelow = reason == nil ? Self.fewRows : .max
        }
    }

    /// Why the fused kernel is faster than OpenBLAS's for a processor, however many rows there
    /// are; nil where it is not, or OpenBLAS's are not known.
    static func reasonForFused(core: String?, vectorBits: Int) -> String? {
        guard let core else { return "the BLAS does not say what it uses" }
        guard let bits = BLASLibrary.vectorBits(ofCore: core), bits <= vectorBits else {
            return nil
        }
        if bits < vectorBits { return "OpenBLAS's kernels are narrower than the CPU's vectors" }
        return bits < 512 ? "OpenBLAS's kernels for \(core) copy small matrices" : nil
    }

    /// From as many rows on sgemm is about as fast.
    private static let fewRows = 32

    /// The kernels that a model's evaluations use, of `sgemm` and `fused`.
    public var kernels: [KernelChoice] {
        switch fusedBelow {
        case 0: [.sgemm]
        case .max: [.fused]
        default: [.fused, .sgemm]
        }
    }
}

extension KernelRule: CustomStringConvertible {
    /// A clause for people: `fused below 32 rows, sgemm from there on`.
    public var description: String {
        let rule =
            switch fusedBelow {
            case 0: "sgemm"
            case .max: "fused"
            default: "fused below \(fusedBelow) rows, sgemm from there on"
            }
        return reason.map { "\(rule), since \($0)" } ?? rule
    }
}
