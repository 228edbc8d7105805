internal import CMLPKernels

/// The widest vectors of this CPU that the fused kernel is written for.
public enum CPUVectors {
    /// The instruction set: `AVX-512`, `AVX2`, `NEON`, or `portable` for none of them.
    public static var name: String { String(cString: mlpk_widest().pointee.name) }

    /// Bits in a vector.
    public static var bits: Int { Int(mlpk_widest().pointee.lanes) * 32 }

    /// A value of `OPENBLAS_CORETYPE` whose kernels fit them; nil where OpenBLAS's oldest do.
    public static var fittingCore: String? {
        switch bits {
        case 512: "SkylakeX"
        case 256: "Haswell"
        default: nil
        }
    }
}
