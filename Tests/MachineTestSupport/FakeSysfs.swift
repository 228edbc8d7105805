internal import Foundation

/// A directory that looks like sysfs or procfs to code that is given it as its root.
public final class FakeSysfs {
    /// The directory, which is removed with this object.
    public let root: String

    /// Makes a directory with these files, by their paths below it.
    public init(_ files: [String: String]) throws {
        root = FileManager.default.temporaryDirectory.path + "/mlsched-\(UUID())"
        for (path, text) in files { try write(text, to: path) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// Writes a file, a line break at its end, and the folders that it lies in.
    public func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: "\(root)/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try "\(text)\n".write(to: file, atomically: true, encoding: .utf8)
    }

    /// A machine of two caches of four CPUs each, all online.
    public static func twoCaches() throws -> FakeSysfs {
        var files = [
            "devices/system/cpu/online": "0-7", "devices/system/cpu/possible": "0-15",
            "devices/system/node/online": "0", "devices/system/node/node0/cpulist": "0-7",
            "kernel/sched_ext/hotplug_seq": "3", "kernel/sched_ext/state": "disabled",
        ]
        for cpu in 0..<8 {
            let cache = "devices/system/cpu/cpu\(cpu)/cache"
            files["\(cache)/index0/level"] = "1"
            files["\(cache)/index0/shared_cpu_list"] = "\(cpu)"
            files["\(cache)/index3/level"] = "3"
            files["\(cache)/index3/shared_cpu_list"] = cpu < 4 ? "0-3" : "4-7"
        }
        return try FakeSysfs(files)
    }
}
