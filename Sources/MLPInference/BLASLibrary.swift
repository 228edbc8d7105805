internal import CBLAS
internal import Glibc

/// The library that multiplies the matrices: OpenBLAS, or whatever stands in for it.
public enum BLASLibrary {
    /// The processor that OpenBLAS has chosen its kernels for, such as `SkylakeX`; nil where
    /// another library answers to its name.
    public static var coreName: String? { blas_core_name().map { String(cString: $0) } }

    /// What `OPENBLAS_CORETYPE` forces the choice to be, whatever the processor is; usually nil.
    public static var forcedCoreType: String? {
        getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }
    }

    /// Name, version and build options, in the library's own words; nil as `coreName` is.
    public static var configuration: String? {
        blas_configuration().map { String(cString: $0) }
    }

    /// The variables of this process's environment that change its choices, as `NAME=value`.
    public static var forcingVariables: [String] {
        ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"].compactMap { (name: String) in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
    }

    /// Bits of the vectors that the kernels use; nil for a library or processor that is not known
    /// here.
    public static var vectorBits: Int? { coreName.flatMap(vectorBits(ofCore:)) }

    /// Whether the kernels use narrower vectors than the CPU has.
    ///
    /// OpenBLAS takes a processor younger than itself for a very old one. A library that does not
    /// say what it uses is not relied on either.
    public static var isNarrow: Bool {
        coreName == nil || vectorBits.map { $0 < CPUVectors.bits } == true
    }

    /// Of the x86-64 processors in OpenBLAS's list (`cpuid_x86.c`).
    static func vectorBits(ofCore name: String) -> Int? {
        switch name.lowercased() {
        case "skylakex", "cooperlake", "sapphirerapids": 512
        case "sandybridge", "haswell", "zen", "bulldozer", "piledriver", "steamroller", "excavator":
            256
        case "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "athlon", "opteron",
            "opteron_sse3", "barcelona", "bobcat", "nano":
            128
        default: nil
        }
    }
}
