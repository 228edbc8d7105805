internal import CLibBPF

/// The library that this module drives.
public enum LibBPF {
    /// The version that is in use, such as `1.1.2`.
    public static var version: String { String(cString: libbpf_version_string()).droppingPrefix }
}

extension String {
    /// Without the `v` before the number.
    fileprivate var droppingPrefix: String { hasPrefix("v") ? String(dropFirst()) : self }
}
