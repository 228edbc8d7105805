internal import Glibc
public import MLPInference
internal import SchedDaemon

/// Where and with what something was measured; without it a figure means nothing.
public struct BenchEnvironment: Codable, Equatable, Sendable {
    /// The processor's name.
    public let machine: String
    /// CPUs that are online.
    public let cpus: Int
    /// System, release and architecture of the kernel.
    public let kernel: String
    /// Name and version of the BLAS library, with its build options.
    public let blas: String
    /// The processor that it has chosen its kernels for.
    public let blasCore: String
    /// Variables of the environment that change what it does, such as `OPENBLAS_CORETYPE=Haswell`.
    public let blasVariables: [String]
    /// The CPU's own vectors, as `AVX2, 256 bits`; nil in results of versions before 0.2.
    public let vectors: String?
    /// Whether OpenBLAS's kernels are narrower than these; nil in the same versions.
    public let blasIsNarrow: Bool?
    /// Which kernel evaluates how many rows; nil in the same versions, and where no model is evaluated.
    public let rule: String?
    /// SHA-256 of the model file.
    public let model: String
    /// Version of mlsched.
    public let version: String
    /// `release`, or `debug`, whose figures mean little.
    public let build: String
    /// When the run began, seconds since 1970.
    public let began: Int

    /// Describes this machine.
    ///
    /// - Parameters:
    ///   - model: the network that is measured.
    ///   - version: of the program.
    public init(model: Model, version: String) {
        self.init(
            model: model.sha256,
            version: version,
            rule: KernelRule(model.kernel, for: model).description
        )
    }

    init(model: String, version: String, rule: String? = nil) {
        machine = Self.processor
        cpus = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        kernel = Self.kernelName
        blas = BLASLibrary.configuration ?? "a BLAS other than OpenBLAS"
        blasCore = BLASLibrary.coreName ?? "an unknown CPU"
        blasVariables = BLASLibrary.forcingVariables
        vectors = "\(CPUVectors.name), \(CPUVectors.bits) bits"
        blasIsNarrow = BLASLibrary.isNarrow
        self.rule = rule
        self.model = model
        self.version = version
        #if DEBUG
        build = "debug"
        #else
        build = "release"
        #endif
        began = time(nil)
    }

    private static var processor: String {
        let lines = (SysfsFile("/proc/cpuinfo").text() ?? "").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
        guard let value = line?.split(separator: ":", maxSplits: 1).last else { return "unknown" }
        return String(value.drop { $0 == " " })
    }

    private static var kernelName: String {
        ["ostype", "osrelease", "arch"]
            .compactMap { SysfsFile("/proc/sys/kernel/\($0)").text() }
            .joined(separator: " ")
    }
}
