internal import Glibc

/// Control groups whose CPU time is limited by `cpu.max`, which the scheduler does not enforce.
struct GroupLimits {
    /// The groups that have a limit, each relative to the root of the hierarchy, sorted.
    let groups: [String]

    /// Looks through a hierarchy; directories that cannot be read count as unlimited.
    ///
    /// - Parameter root: where the second version of control groups is mounted.
    init(cgroups root: String = "/sys/fs/cgroup") {
        var groups: [String] = []
        var pending = [""]
        while let group = pending.popLast() {
            if Self.isLimited("\(root)\(group)/cpu.max") { groups.append(group) }
            pending += Self.directories(in: root + group).map { "\(group)/\($0)" }
        }
        self.groups = groups.sorted()
    }

    /// Whether a `cpu.max` holds a quota: `max 100000` is none.
    private static func isLimited(_ path: String) -> Bool {
        SysfsFile(path).text().map { !$0.hasPrefix("max") } ?? false
    }

    private static func directories(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            // SAFETY: the kernel ends the name with a zero byte within the entry.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
