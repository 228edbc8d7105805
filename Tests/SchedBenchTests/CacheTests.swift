import MachineTestSupport
import SchedRecording
import Testing

@testable import SchedBench

@Suite("Sizes of caches")
struct CacheSizesTests {
    /// One CPU's caches: level, size and who shares each.
    private static func sizes(
        _ caches: [(level: String, size: String, sharing: String)],
        siblings: Int = 2
    ) throws -> CacheSizes {
        var files = ["kernel/x": ""]
        for (index, cache) in caches.enumerated() {
            let folder = "devices/system/cpu/cpu5/cache/index\(index)"
            files["\(folder)/level"] = cache.level
            files["\(folder)/size"] = cache.size
            files["\(folder)/shared_cpu_list"] = cache.sharing
        }
        let sysfs = try FakeSysfs(files)
        return withExtendedLifetime(sysfs) {
            CacheSizes(cpu: 5, siblings: siblings, sysfs: sysfs.root)
        }
    }

    @Test("the largest of a core's own is private, the largest of all is shared")
    func usual() throws {
        let sizes = try Self.sizes([
            ("1", "48K", "5,13"), ("1", "32K", "5,13"), ("2", "2048K", "5,13"),
            ("3", "105M", "0-15"),
        ])
        #expect(sizes.privateBytes == 2 << 20 && sizes.sharedBytes == 105 << 20)
    }

    @Test("a second level that several cores share is not private")
    func clusters() throws {
        let sizes = try Self.sizes([("1", "64K", "5"), ("2", "4M", "4-7")], siblings: 1)
        #expect(sizes.privateBytes == 64 << 10 && sizes.sharedBytes == 4 << 20)
    }

    @Test("a last level is shared though one core alone has it")
    func single() throws {
        let sizes = try Self.sizes([("1", "32K", "5"), ("2", "1M", "5"), ("3", "8M", "5")])
        #expect(sizes.privateBytes == 1 << 20 && sizes.sharedBytes == 8 << 20)
    }

    @Test("without any information all is zero")
    func nothing() throws {
        #expect(try Self.sizes([]).sharedBytes == 0)
        let none = CacheSizes(cpu: 0, siblings: 1, sysfs: "/nowhere")
        #expect(none.privateBytes == 0 && none.sharedBytes == 0)
    }

    @Test(
        "sizes are bytes, or have a unit",
        arguments: [
            ("512", 512), ("512K", 512 << 10), ("1M", 1 << 20), ("2G", 2 << 30), ("0K", 0),
            ("", 0), ("K", 0), ("x", 0), ("1T", 0), ("9999999999999999999K", 0),
            ("9223372036854775807G", 0), ("1 M", 0),
        ]
    )
    func units(text: String, bytes: Int) throws {
        #expect(try Self.sizes([("1", text, "5")]).sharedBytes == bytes)
    }

    @Test(
        "without its sharing a cache does not count, without its level it does",
        arguments: ["", "?"]
    )
    func hostile(text: String) throws {
        let sizes = try Self.sizes([("1", "32K", "5"), ("2", "1M", text == "" ? "4-" : text)])
        #expect(sizes.sharedBytes == 32 << 10)
        // Level 0 stands for one that is not told; it may be private.
        #expect(try Self.sizes([(text, "1M", "5")]).privateBytes == 1 << 20)
    }
}

@Suite("Tallies of moves")
struct MoveTallyTests {
    private static let near = MovePair(from: 0, to: 1, distance: .core)
    private static let far = MovePair(from: 0, to: 2, distance: .node)
    private static let control = MovePair(from: 0, to: 0, distance: nil)

    @Test("what a move took longer is kept by distance, footprint and order")
    func refills() throws {
        var tally = MoveTally()
        for time in [30.0, 10, 20, 40, 50] {
            tally.add((warm: 100, cold: 100 + time), Self.near, 4096, .random)
        }
        tally.add((warm: 100, cold: 900), Self.far, 4096, .random)
        tally.add((warm: 100, cold: 101), Self.near, 4096, .inOrder)
        tally.add((warm: 100, cold: 102), Self.near, 8192, .random)
        tally.add((warm: 100, cold: 99), Self.control, 4096, .random)
        let refill = try tally.refill(.core, 4096, .random)
        #expect([refill.lowerQuartile, refill.median, refill.upperQuartile] == [20, 30, 40])
        #expect(try tally.refill(.node, 4096, .random).median == 800)
        #expect(try tally.refill(.core, 4096, .inOrder).median == 1)
        #expect(try tally.refill(.core, 8192, .random).median == 2)
        // By chance a walk after staying is faster.
        #expect(try tally.refill(nil, 4096, .random).median == -1)
    }

    @Test("a warm walk is one in random order, whatever the distance")
    func warm() throws {
        var tally = MoveTally()
        tally.add((warm: 5, cold: 0), Self.near, 64, .random)
        tally.add((warm: 7, cold: 0), Self.far, 64, .random)
        tally.add((warm: 100, cold: 0), Self.far, 64, .inOrder)
        #expect(try tally.warm(64).median == 6)
    }

    @Test("an exchange counts for its distance, that of a CPU with itself for none")
    func transfers() throws {
        var tally = MoveTally()
        tally.add(exchange: 60, Self.far)
        tally.add(exchange: 80, Self.far)
        tally.add(exchange: 1, Self.control)
        #expect(try tally.transfer(.node).median == 70)
        #expect(throws: BenchError.self) { try tally.transfer(.core) }
    }

    @Test("what was never measured is an error that says what to do")
    func nothing() throws {
        let tally = MoveTally()
        let error = #expect(throws: BenchError.self) { try tally.warm(64) }
        #expect(try #require(error).description.contains("stop what else runs"))
        #expect(throws: BenchError.self) { try tally.refill(nil, 64, .random) }
        #expect(throws: BenchError.self) { try tally.transfer(.core) }
    }
}
