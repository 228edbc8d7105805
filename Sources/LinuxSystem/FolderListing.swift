internal import Glibc

/// The names in a folder; none where it cannot be read.
public struct FolderListing {
    /// All names, without `.` and `..`, in alphabetical order.
    public let names: [String]
    /// Those of folders among them.
    public let folders: [String]

    /// Reads a folder.
    public init(_ path: String) {
        var names: [String] = []
        var folders: [String] = []
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard name != ".", name != ".." else { continue }
                names.append(name)
                if entry.pointee.d_type == UInt8(DT_DIR) { folders.append(name) }
            }
            closedir(directory)
        }
        self.names = names.sorted()
        self.folders = folders.sorted()
    }
}
