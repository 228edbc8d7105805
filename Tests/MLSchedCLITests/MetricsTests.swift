import Glibc
import LinuxSystem
import SchedExtStats
import Testing

@testable import MLSchedCLI

@Suite struct MetricsTests {
    private let structures: [String: StatsStructure] = [
        "Top": StatsStructure(
            "Top",
            desc: "top",
            isTop: true,
            prefix: "x_",
            fields: [
                "sent_total": StatsField("u64", desc: "sent \\ so far"),
                "sent": StatsField("u64", desc: "in the interval", isSkipped: true),
                "name": StatsField("string", desc: "a text"),
                "rooms": StatsField(dictionaryOf: "Room", desc: "rooms"),
            ]
        ),
        "Room": StatsStructure(
            "Room",
            desc: "a room",
            prefix: "x_room_",
            label: "room",
            fields: ["load_ratio": StatsField("float", desc: "load")]
        ),
    ]

    @Test("counters, gauges and labels follow from what the server tells of its structures")
    func text() {
        let values = StatsValue.table([
            "sent_total": .integer(3), "sent": .integer(1), "name": .text("n"),
            "rooms": .table([
                "10": .table(["load_ratio": .number(0.5)]),
                "2\"\n": .table(["load_ratio": .number(1)]),
            ]),
        ])
        #expect(
            MetricsText(values, structures).lines == [
                "# HELP mlsched_up whether a scheduler is attached and answers",
                "# TYPE mlsched_up gauge", "mlsched_up 1", "# HELP x_room_load_ratio load",
                "# TYPE x_room_load_ratio gauge", #"x_room_load_ratio{room="10"} 0.5"#,
                #"x_room_load_ratio{room="2\"\n"} 1"#, #"# HELP x_sent_total sent \\ so far"#,
                "# TYPE x_sent_total counter", "x_sent_total 3",
            ]
        )
    }

    @Test("without a scheduler there is one metric, which says so")
    func down() {
        #expect(MetricsText(nil, [:]).lines.last == "mlsched_up 0")
    }

    @Test("the dashboard for Grafana is made of the metrics that there are")
    func dashboard() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let result = try Program.shell(
            "$MLSCHED metrics --describe | /\(root)/tools/dashboard | diff - /\(root)/tools/grafana.json"
        )
        #expect(
            result.status == 0,
            "run: mlsched metrics --describe | tools/dashboard > tools/grafana.json"
        )
    }

    @Test("a file appears whole, and nothing is left beside it")
    func file() throws {
        let scheduler = try FakeScheduler()
        defer { scheduler.stop() }
        let path = try scheduler.folder.file("metrics.prom", [])
        let result = try Program.run(
            "metrics",
            "--stats-socket",
            scheduler.path,
            "--output",
            path
        )
        #expect(result.status == 0 && result.output.isEmpty)
        let text = try TemporaryFolder.text(of: path)
        #expect(text.contains("\nmlsched_domain_load_ratio{domain=\"1\"} 0.75\n"))
        #expect(text.contains("\nmlsched_candidates_consulted_total{kind=\"wakeup\"} 10\n"))
        let failed = try Program.run(
            "metrics",
            "--stats-socket",
            scheduler.path,
            "--output",
            "/proc/no/file"
        )
        #expect(failed.status == 1)
    }

    @Test("promtool has nothing to say against the metrics", .enabled(if: hasPromtool))
    func promtool() throws {
        let scheduler = try FakeScheduler()
        defer { scheduler.stop() }
        let result = try Program.shell(
            "$MLSCHED metrics --stats-socket \(scheduler.path) | promtool check metrics"
        )
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    private static let hasPromtool = access("/usr/bin/promtool", X_OK) == 0
}

/// The server of `mlsched metrics --listen`, over a real connection.
@Suite struct MetricsServerTests {
    /// Starts a server in this process, on a port that the system chooses.
    private static func serve(_ path: String) throws -> UInt16 {
        let address = try #require(ListenAddress(argument: "127.0.0.1:0"))
        let server = try MetricsServer(MetricsSource(path: path), at: address)
        let thread = try PosixThread(named: "test-http") { try? server.run() }
        thread.detach()
        return server.port
    }

    /// What comes back for so many bytes, until the server ends the connection.
    private static func exchange(_ port: UInt16, _ request: String) throws -> String {
        let client = try OwnedDescriptor(
            socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0),
            "make",
            "a socket"
        )
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &place.sin_addr)
        let result = withUnsafePointer(to: place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        _ = send(client.raw, request, request.utf8.count, Int32(MSG_NOSIGNAL))
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(client.raw, &chunk, chunk.count, 0), count > 0 {
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("metrics, health and the page are there, and nothing else")
    func pages() throws {
        let scheduler = try FakeScheduler()
        let port = try Self.serve(scheduler.path)
        func get(_ path: String) throws -> String {
            try Self.exchange(port, "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        }
        let metrics = try get("/metrics")
        #expect(metrics.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"))
        #expect(metrics.contains("\nmlsched_up 1\n"))
        #expect(try get("/healthz").hasSuffix("\r\n\r\nok\n"))
        #expect(try get("/").contains("<title>mlsched</title>"))
        #expect(try get("/../etc/passwd").hasPrefix("HTTP/1.1 404"))
        scheduler.stop()
        #expect(try get("/healthz").hasPrefix("HTTP/1.1 503"))
        #expect(try get("/metrics").hasSuffix("mlsched_up 0\n"))
    }

    @Test(
        "what is no GET request is refused, and the next one is served",
        arguments: ["POST / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "\u{0}\r\n\r\n", "\n\n"]
    )
    func refusals(request: String) throws {
        let port = try Self.serve("/tmp/no/such/socket")
        #expect(try Self.exchange(port, request).hasPrefix("HTTP/1.1 400"))
        #expect(try Self.exchange(port, "GET / HTTP/1.0\n\n").hasPrefix("HTTP/1.1 200"))
    }

    @Test("a head without an end costs its sender the connection")
    func endless() throws {
        let port = try Self.serve("/tmp/no/such/socket")
        let head = "GET / HTTP/1.1\r\n" + String(repeating: "x", count: 20_000)
        #expect(try !Self.exchange(port, head).contains("200"))
    }

    @Test("the page needs nothing from elsewhere")
    func page() {
        let page = String(decoding: PackageResources.page_html, as: UTF8.self)
        #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src="))
        #expect(page.contains("prefers-color-scheme: dark") && page.contains("width=device-width"))
    }

    @Test("an address that is none is refused", arguments: ["9100", "x:1", "127.0.0.1:", "::1:80"])
    func addresses(text: String) {
        #expect(ListenAddress(argument: text) == nil)
    }
}
