internal import CMLPKernels

/// The widest vectors of this CPU that the fused kernel is written for.
public enum CPUVectors {
    /// The instruction set: `AVX-512`, `AVX2`, `NEON`, or `portable` for none of them.
    public static var name: String { String(cString: mlpk_widest().pointee.name) }

    /// Bits in a vector.
    public static var bits: Int { Int(mlpk_widest().pointee.lanes) * 32 }
}
