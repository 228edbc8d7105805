import Glibc

/// Compiles one BPF source file and writes the object file out as Swift source.
///
///     BPFEmbed NAME SOURCE STEM CLANG OBJCOPY [IMPORT]
///
/// leaves `STEM.o` and `STEM.swift`; OBJCOPY may be empty, IMPORT is the module that declares
/// `ObjectCode`, where that is another one. Run by the plugin, never by hand.
func embed(_ arguments: [String]) throws(Failure) {
    guard 5...6 ~= arguments.count else {
        throw Failure("BPFEmbed takes NAME SOURCE STEM CLANG OBJCOPY [IMPORT]")
    }
    let (name, program, stem) = (arguments[0], arguments[1], arguments[2])
    guard name.isSwiftIdentifier else {
        throw Failure("\(program): '\(name)' must be a Swift identifier; rename the file")
    }
    let object = stem + ".o"
    try BPFCompiler(clang: arguments[3], objcopy: arguments[4]).compile(program, to: object)
    let bytes = try readFile(object)
    let source = swiftSource(name: name, of: bytes, importing: arguments.dropFirst(5).first)
    try writeFile(stem + ".swift", source)
}

/// Swift source that declares `ObjectCode.<name>` with the bytes of an object file.
func swiftSource(name: String, of bytes: [UInt8], importing module: String?) -> [UInt8] {
    let head = """
        \(module.map { "public import \($0)\n" } ?? "")
        extension ObjectCode {
            /// The object file compiled from `bpf/\(name).bpf.c`.
            public static var \(name): ObjectCode { ObjectCode(name: "\(name)", nibbles: "
        """
    // A string literal compiles in milliseconds where an array literal takes minutes, but it has
    // to be UTF-8: so each byte is written as two letters A … P, high half first.
    var text = Array(head.utf8)
    text.reserveCapacity(head.utf8.count + 2 * bytes.count + 16)
    for byte in bytes {
        text.append(UInt8(ascii: "A") + byte >> 4)
        text.append(UInt8(ascii: "A") + byte & 15)
    }
    text.append(contentsOf: Array("\") }\n}\n".utf8))
    return text
}

extension String {
    /// Whether the text can stand as the name of a declaration.
    var isSwiftIdentifier: Bool {
        guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
            return false
        }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

do {
    try embed(Array(CommandLine.arguments.dropFirst()))
} catch {
    let message = Array("error: \(error.description)\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    exit(1)
}
