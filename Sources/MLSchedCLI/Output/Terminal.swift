import Glibc

/// What is at the other end of standard output.
enum Terminal {
    /// Whether it is a terminal that shows more than ASCII.
    static var showsUnicode: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        // The order in which locale(7) takes them; an empty one counts as unset.
        let values = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { (name: String) in
            getenv(name).map { String(cString: $0) }
        }
        let locale = values.first { !$0.isEmpty }?.lowercased() ?? ""
        return locale.contains("utf-8") || locale.contains("utf8")
    }
}
