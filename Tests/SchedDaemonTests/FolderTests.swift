import Glibc
import SystemPackage
import Testing

/// The folders of SchedDaemon are layers: none knows, by whatever way, a folder that knows it.
@Suite struct FolderTests {
    @Test("no folder of SchedDaemon is in a circle of folders that know each other")
    func circles() throws {
        let folders = try Folder.all()
        #expect(folders.count >= 8)
        var graph = Folder.graph(of: folders)
        // Takes away, again and again, what knows nobody that is left.
        while case let free = graph.filter({ $0.value.isEmpty }).map(\.key), !free.isEmpty {
            for name in free { graph[name] = nil }
            for name in graph.keys { graph[name]?.subtract(free) }
        }
        #expect(graph.isEmpty, "folders in a circle: \(graph)")
    }

    @Test("the machine knows nobody, and only the services know everything")
    func ends() throws {
        let graph = Folder.graph(of: try Folder.all())
        #expect(graph["Machine"] == [])
        #expect(graph["LifeCycle"] == [])
        #expect(graph.filter { $0.value.contains("Services") }.isEmpty)
        #expect(graph["Pipeline"] == [])
    }
}

/// One folder of Swift files.
private struct Folder {
    let name: String
    let types: Set<String>
    let words: Set<String>

    /// For each folder those whose types it names.
    static func graph(of folders: [Folder]) -> [String: Set<String>] {
        Dictionary(
            uniqueKeysWithValues: folders.map { folder in
                let known = folders.filter {
                    $0.name != folder.name && !$0.types.isDisjoint(with: folder.words)
                }
                return (folder.name, Set(known.map(\.name)))
            }
        )
    }

    static func all(_ file: String = #filePath) throws -> [Folder] {
        let root = FilePath(file).removingLastComponent().removingLastComponent()
            .removingLastComponent().appending("Sources").appending("SchedDaemon")
        return try entries(of: root).map { name in
            let files = try entries(of: root.appending(name)).filter { $0.hasSuffix(".swift") }
            let texts = try files.map { try text(of: root.appending(name).appending($0)) }
            return Folder(name, code: texts.joined(separator: "\n"))
        }
    }

    private init(_ name: String, code: String) {
        let lines = code.split(separator: "\n").filter { line in
            !(line.drop { $0 == " " }).hasPrefix("//")
        }
        var types: Set<String> = []
        var words: Set<String> = []
        for line in lines {
            let lineWords = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                .map(String.init)
            words.formUnion(lineWords)
            let isNested = line.first == " "
            for (keyword, name) in zip(lineWords, lineWords.dropFirst())
            where !isNested && Self.keywords.contains(keyword) {
                types.insert(name)
            }
        }
        self.name = name
        self.types = types
        self.words = words
    }

    private static let keywords: Set = [
        "struct", "class", "enum", "protocol", "actor", "typealias",
    ]

    private static func entries(of path: FilePath) throws -> [String] {
        let directory = try #require(opendir(path.string), "no folder \(path)")
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func text(of path: FilePath) throws -> String {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            let size = Int(try file.seek(offset: 0, from: .end))
            try file.seek(offset: 0, from: .start)
            return try String(unsafeUninitializedCapacity: size) { buffer in
                try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }
}
