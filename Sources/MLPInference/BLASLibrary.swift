internal import CBLAS
internal import Glibc

/// The library that multiplies the matrices.
public enum BLASLibrary {
    /// The processor that OpenBLAS has chosen its kernels for, such as `SkylakeX`.
    public static var coreName: String { String(cString: openblas_get_corename()) }

    /// What `OPENBLAS_CORETYPE` forces the choice to be, whatever the processor is; usually nil.
    public static var forcedCoreType: String? {
        getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }
    }
}
