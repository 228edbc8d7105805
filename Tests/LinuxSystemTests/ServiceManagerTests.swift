import Glibc
import LinuxSystem
import Testing

@Suite struct ServiceManagerTests {
    /// A socket in the abstract space, as a manager has it, and what it hears.
    private static func listen(_ name: String) throws -> OwnedDescriptor {
        let descriptor = try OwnedDescriptor(
            socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0),
            "make",
            "a socket"
        )
        let bound = try SocketAddress(name).use { bind(descriptor.raw, $0, $1) }
        try #require(bound == 0)
        return descriptor
    }

    private static func hear(_ descriptor: borrowing OwnedDescriptor) -> String? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor.raw, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test("the manager hears that the service is ready, lives and stops", arguments: [true, false])
    func messages(isAbstract: Bool) throws {
        let name = "\(isAbstract ? "@" : "/tmp/")mlsched-notify-\(getpid())-\(isAbstract)"
        defer { unlink(name) }
        let socket = try Self.listen(name)
        let manager = ServiceManager { $0 == "NOTIFY_SOCKET" ? name : nil }
        manager.ready("scheduling CPUs 0-3")
        manager.isAlive()
        manager.stopping()
        #expect(Self.hear(socket) == "READY=1\nSTATUS=scheduling CPUs 0-3")
        #expect(Self.hear(socket) == "WATCHDOG=1")
        #expect(Self.hear(socket) == "STOPPING=1")
        #expect(Self.hear(socket) == nil)
    }

    @Test(
        "a watchdog counts where it is meant for this process",
        arguments: [
            (["WATCHDOG_USEC": "10000000"], Duration.seconds(10)),
            (["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "\(getpid())"], .seconds(10)),
            (["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"], nil),
            (["WATCHDOG_USEC": "x"], nil), (["WATCHDOG_USEC": "0"], nil), ([:], nil),
        ] as [([String: String], Duration?)]
    )
    func watchdog(environment: [String: String], expected: Duration?) {
        #expect(ServiceManager { environment[$0] }.watchdog == expected)
    }

    @Test("where nobody listens nothing happens")
    func silence() {
        ServiceManager { $0 == "NOTIFY_SOCKET" ? "/no/such/socket" : nil }.isAlive()
        ServiceManager { _ in String(repeating: "x", count: 200) }.isAlive()
        ServiceManager { _ in nil }.isAlive()
    }
}

@Suite struct FolderListingTests {
    @Test("a folder's names and folders are told; of none there are none")
    func listing() {
        let listing = FolderListing("/proc/self")
        #expect(listing.names.contains("status") && listing.names == listing.names.sorted())
        #expect(listing.folders.contains("fd") && !listing.folders.contains("status"))
        #expect(FolderListing("/no/such/folder").names.isEmpty)
    }
}
