/// A BPF object file embedded in the program.
///
/// The build makes one of every `bpf/<name>.bpf.c`, as `ObjectCode.<name>`:
///
///     import BPFPrograms
///     import BPFRuntime
///
///     let object = try OpenObject(.probe).load()
public struct ObjectCode: Sendable {
    /// Name of the source file without `.bpf.c`.
    public let name: StaticString
    /// The file's bytes, each as two letters `A` … `P`, high half first.
    private let nibbles: StaticString

    /// The object file that the build wrote as letters.
    ///
    /// - Precondition: `nibbles` has an even number of the letters `A` … `P`.
    public init(name: StaticString, nibbles: StaticString) {
        precondition(nibbles.utf8CodeUnitCount % 2 == 0, "an object file has whole bytes")
        self.name = name
        self.nibbles = nibbles
    }

    /// The object file, an ELF file for the machine BPF; decoded at each call.
    public var bytes: [UInt8] {
        nibbles.withUTF8Buffer { letters in
            stride(from: 0, to: letters.count, by: 2).map { index in
                (letters[index] - UInt8(ascii: "A")) << 4
                    | (letters[index + 1] - UInt8(ascii: "A"))
            }
        }
    }
}
