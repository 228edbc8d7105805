/// What multiplies the matrices, as a user chooses it.
public enum KernelChoice: String, CaseIterable, Sendable {
    /// Whichever ``KernelRule`` expects to be faster.
    case auto
    /// `cblas_sgemm`, a layer at a time.
    case sgemm
    /// The fused kernel, a register block of all rows at a time; sgemm for wide layers.
    case fused
}
