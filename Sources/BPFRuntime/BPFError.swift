/// What failed in the kernel's BPF interface, on which object, and why.
public struct BPFError: Error, Equatable, Sendable {
    /// What was tried, as a verb phrase: `load the object`.
    public let operation: String
    /// The object, map or program it was tried on.
    public let name: String
    /// The error number that the kernel or libbpf gave, positive.
    public let errno: Int32

    /// An error of one operation on one named object.
    public init(operation: String, name: String, errno: Int32) {
        self.operation = operation
        self.name = name
        self.errno = errno
    }
}
