internal import LinuxSystem

/// Where to measure, and from where to send.
public struct MeasuringCPUs: Equatable, Sendable {
    /// What is measured runs here.
    public let cpu: Int
    /// Requests come from here; nil where this process may use one CPU only.
    public let other: Int?

    /// Chooses among the CPUs that this process may use: the last, unless another is preferred,
    /// as interrupts tend to go to the first.
    ///
    /// - Throws: `BenchError` for a CPU that is not among them.
    public init(preferring cpu: Int?) throws(BenchError) {
        try self.init(preferring: cpu, among: ThisThread.allowedCPUs)
    }

    init(preferring cpu: Int?, among allowed: [Int]) throws(BenchError) {
        guard let chosen = cpu ?? allowed.last, allowed.contains(chosen) else {
            throw BenchError(
                "CPU \(cpu.map(String.init) ?? "") is not one that this process may use; "
                    + "give one of \(allowed.map(String.init).joined(separator: ", "))"
            )
        }
        self.cpu = chosen
        other = allowed.first { $0 != chosen }
    }
}
