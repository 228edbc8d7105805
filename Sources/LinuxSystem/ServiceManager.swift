internal import Glibc

/// Tells systemd how the service is, as sd_notify(3) does; silent where nobody listens.
///
/// Spoken directly: the protocol is a datagram of lines, and libsystemd would be one more library.
public struct ServiceManager: Sendable {
    private let address: SocketAddress?
    /// How often it wants a sign of life; nil when it does not watch.
    public let watchdog: Duration?

    /// The service manager that the environment names.
    ///
    /// - Parameter variable: reads an environment variable.
    public init(_ variable: (String) -> String? = Self.environment) {
        address = variable("NOTIFY_SOCKET").flatMap { path in try? SocketAddress(path) }
        let isForUs = variable("WATCHDOG_PID").flatMap(Int32.init).map { $0 == getpid() } ?? true
        let microseconds = variable("WATCHDOG_USEC").flatMap(Int64.init)
        watchdog = microseconds.flatMap { isForUs && $0 > 0 ? .microseconds($0) : nil }
    }

    /// A variable of the process's environment.
    public static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The service works now.
    public func ready(_ status: String) { tell("READY=1\nSTATUS=\(status)") }

    /// A sign of life.
    public func isAlive() { tell("WATCHDOG=1") }

    /// The service is about to end.
    public func stopping() { tell("STOPPING=1") }

    private func tell(_ lines: String) {
        guard let address,
            let descriptor = try? OwnedDescriptor(
                socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0),
                "make",
                "a socket"
            )
        else { return }
        let bytes = Array(lines.utf8)
        // Nobody to tell when it fails; a manager that does not hear of us acts on that.
        _ = address.use { address, length in
            sendto(
                descriptor.raw,
                bytes,
                bytes.count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
                address,
                length
            )
        }
    }
}
