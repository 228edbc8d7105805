internal import Glibc

/// The names of the kernel's functions, which it tells to everybody, without their addresses.
struct KernelSymbols {
    private let path: String

    /// The symbols of the running kernel.
    init(procfs: String) {
        path = "\(procfs)/kallsyms"
    }

    /// Whether there is a function of this name; nil when the kernel tells nobody.
    func contains(_ name: String) -> Bool? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        let ending = " \(name)"
        var lines = 0
        while getline(&line, &capacity, file) > 0, let text = line {
            lines += 1
            // `address type name`, and the module's name behind a tab.
            let symbol = String(cString: text).prefix { $0 != "\t" && $0 != "\n" }
            if symbol.hasSuffix(ending) { return true }
        }
        return lines > 0 ? false : nil
    }
}
