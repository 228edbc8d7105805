import MLPInference

/// Whether the kernels that OpenBLAS has chosen are as wide as the CPU's vectors.
struct BLASFit {
    /// The processor that they were chosen for; nil for a library that does not say.
    let core: String?
    /// Bits of their vectors; nil where they are not known.
    let bits: Int?
    /// The value of `OPENBLAS_CORETYPE`, where it is set.
    let forced: String?
    /// The CPU's instruction set.
    let vectors: String
    /// Bits of its vectors.
    let vectorBits: Int
    /// A core type that would fit.
    let fitting: String?

    /// This process on this machine.
    static var here: BLASFit {
        BLASFit(
            core: BLASLibrary.coreName,
            bits: BLASLibrary.vectorBits,
            forced: BLASLibrary.forcedCoreType,
            vectors: CPUVectors.name,
            vectorBits: CPUVectors.bits,
            fitting: CPUVectors.fittingCore
        )
    }

    /// The line of the check.
    var item: CheckItem {
        guard let core else {
            return .note(
                name,
                "another BLAS answers in its place: layers wider than 256 are as fast as it is",
                remedy: "install libopenblas0 for such models; others do without"
            )
        }
        let finding = "kernels for \(core)\(width); the CPU has \(vectors) (\(vectorBits) bits)"
        if let bits, bits < vectorBits {
            return .note(
                name,
                "\(finding): layers wider than 256 take several times as long as they could",
                remedy: remedy
            )
        }
        if let forced, forced.lowercased() != core.lowercased() {
            return .note(
                name,
                "\(finding), though OPENBLAS_CORETYPE is \(printable(forced))",
                remedy: "unset it, or give a core type that OpenBLAS knows"
            )
        }
        return .ok(name, forced.map { _ in "\(finding), as OPENBLAS_CORETYPE says" } ?? finding)
    }

    private var name: String { "OpenBLAS" }

    private var width: String { bits.map { " (\($0) bits)" } ?? "" }

    /// A variable that forces the wrong kernels goes; one that forces the right ones helps.
    private var remedy: String {
        if let forced { return "unset OPENBLAS_CORETYPE, which is \(printable(forced))" }
        let newer = "install an OpenBLAS that knows this CPU"
        return fitting.map { "set OPENBLAS_CORETYPE=\($0), or \(newer)" } ?? newer
    }
}
