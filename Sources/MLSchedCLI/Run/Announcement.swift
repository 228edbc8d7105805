import Glibc
import MLPInference
import MLSched
import SchedDaemon

/// What the kernel and the user are told of a run.
enum Announcement {
    /// The scheduler's name in the kernel, with version and platform as sched_ext's schedulers have
    /// it: letters, digits, `_` and `.`.
    static var name: String {
        let full = "mlsched_\(Version.text)_\(machine)_unknown_linux_gnu"
        let kept = full.map { character in
            let isWord = character.isASCII && (character.isLetter || character.isNumber)
            return isWord || character == "." ? character : "_"
        }
        return String(kept.prefix(127))
    }

    /// One line: what schedules what, by whom.
    static func line(
        _ plan: SchedulerPlan,
        _ model: Model,
        _ policy: Policy,
        socket: String?
    ) -> String {
        let domains = plan.domains.map(\.description)
        let list = domains.count > 8 ? "\(domains.count) domains" : domains.joined(separator: " / ")
        return "attached: \(Version.text) on Linux \(release); domains \(list); policy "
            + "\(policy.rawValue); model \(model.sha256.prefix(12)); statistics "
            + (socket.map { "on \($0)" } ?? "not served")
    }

    private static var system: utsname {
        var system = utsname()
        uname(&system)
        return system
    }

    private static var machine: String { text(system.machine) }
    private static var release: String { text(system.release) }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
