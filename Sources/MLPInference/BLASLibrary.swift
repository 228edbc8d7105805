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

    /// Name, version and build options, in the library's own words.
    public static var configuration: String { String(cString: openblas_get_config()) }

    /// The variables of this process's environment that change its choices, as `NAME=value`.
    public static var forcingVariables: [String] {
        ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"].compactMap { (name: String) in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
    }
}
