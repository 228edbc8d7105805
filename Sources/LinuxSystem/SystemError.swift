internal import Glibc

/// What the operating system refused, on which object, and why: the one error of this module.
///
/// swift-system's `Errno` knows neither what was tried nor on what, and so cannot say what to do.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, as a verb phrase: `start the thread`.
    public let operation: String
    /// What it was tried on.
    public let name: String
    /// The error number, positive.
    public let errno: Int32

    /// An error of one operation on one named object.
    public init(_ operation: String, _ name: String, errno: Int32) {
        self.operation = operation
        self.name = name
        self.errno = errno
    }

    /// What failed, on what, and the system's word for the reason.
    public var description: String {
        "cannot \(operation) '\(name)': \(Self.reason(errno))"
    }

    /// The system's words for an error number.
    public static func reason(_ errno: Int32) -> String {
        strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    }

    /// Turns what a call returned, 0 or an error number, into an error.
    static func check(_ errno: Int32, _ operation: String, _ name: String) throws(SystemError) {
        guard errno == 0 else { throw SystemError(operation, name, errno: errno) }
    }
}
