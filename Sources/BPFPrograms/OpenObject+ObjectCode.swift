public import BPFRuntime

extension OpenObject {
    /// Parses an object file that is embedded in the program.
    ///
    /// - Throws: `BPFError` when the libbpf in use cannot read it.
    public init(_ code: ObjectCode) throws(BPFError) {
        try self.init(name: "\(code.name)", bytes: code.bytes)
    }
}
