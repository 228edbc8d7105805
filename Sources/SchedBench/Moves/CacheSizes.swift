internal import SchedDaemon

/// What sysfs says about a CPU's caches; 0 where it says nothing.
struct CacheSizes: Equatable, Sendable {
    /// Bytes of the largest cache that a core has for itself.
    var privateBytes = 0
    /// Bytes of the last-level cache.
    var sharedBytes = 0

    /// Reads the caches of a CPU.
    ///
    /// - Parameters:
    ///   - cpu: which.
    ///   - siblings: hardware threads of its core.
    ///   - root: where sysfs is mounted.
    init(cpu: Int, siblings: Int, sysfs root: String = "/sys") {
        for index in 0..<16 {
            let path = "\(root)/devices/system/cpu/cpu\(cpu)/cache/index\(index)"
            guard let size = SysfsFile("\(path)/size").text().flatMap(Self.bytes),
                let list = SysfsFile("\(path)/shared_cpu_list").text(),
                let sharing = try? CPUList(parsing: list)
            else { continue }
            sharedBytes = max(sharedBytes, size)
            if sharing.cpus.count <= siblings, level(path) < 3 {
                privateBytes = max(privateBytes, size)
            }
        }
        // A machine of one core has a last level, too.
        privateBytes = min(privateBytes, sharedBytes)
    }

    private func level(_ path: String) -> Int {
        SysfsFile("\(path)/level").text().flatMap { Int($0) } ?? 0
    }

    /// Such as `512K`.
    private static func bytes(_ text: String) -> Int? {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        guard let last = text.last, let unit = units[last], let count = Int(text.dropLast()),
            case let (bytes, overflow) = count.multipliedReportingOverflow(by: unit), !overflow
        else { return Int(text) }
        return bytes
    }
}
