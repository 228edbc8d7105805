import BPFPrograms
import BPFRuntime
import CMLSchedABI
import Glibc
import Testing

@Suite(.enabled(if: HostKernel.loadsPrograms, "this kernel or user cannot load BPF programs"))
struct BPFMapTests {
    @Test("values are set, found and replaced")
    func roundTripOfValues() throws {
        let map = try OpenObject(.fixture).load().map("pairs")
        let key: UInt32 = 5
        #expect(try map.value(of: key, as: UInt64.self) == nil)
        #expect(try map.bytes(of: key) == nil)
        try map.setValue(UInt64(1) << 32 | 2, of: key)
        try map.setValue(UInt64(3) << 32 | 4, of: key)
        #expect(try map.value(of: key, as: UInt64.self) == 3 << 32 | 4)
        #expect(try map.bytes(of: key) == [4, 0, 0, 0, 3, 0, 0, 0])
    }

    @Test("a full map refuses more keys and says what to do")
    func fullMap() throws {
        let map = try OpenObject(.fixture).load().map("pairs")
        for key in 0..<UInt32(map.maxEntries) {
            try map.setValue(UInt64(key), of: key)
        }
        let error = #expect(throws: BPFError.self) {
            try map.setValue(UInt64(0), of: UInt32(1000))
        }
        #expect(
            error?.description == "cannot update the map 'pairs': Argument list too long; "
                + "it is larger than the kernel allows or has memory for; make it smaller"
        )
    }

    @Test("keys and values of another size never reach the kernel")
    func wrongSizes() throws {
        let map = try OpenObject(.fixture).load().map("pairs")
        let error = #expect(throws: BPFError.self) { try map.setValue(UInt32(0), of: UInt32(0)) }
        #expect(
            error?.description
                == "cannot access values of 4 bytes, not 8, in the map 'pairs': Invalid argument"
        )
        #expect(throws: BPFError.self) { try map.value(of: UInt64(0), as: UInt64.self) }
        #expect(throws: BPFError.self) { try map.bytes(of: UInt8(0)) }
        #expect(throws: BPFError.self) { try map.perCPUValues(of: UInt32(0), as: UInt8.self) }
    }

    @Test("decisions stored in the mapped table are what the program finds")
    func mappedDecisions() throws {
        let patterns: UInt32 = 4096
        let probe = try Probe(patterns: patterns)
        let table = try MappedArray<UInt8>(probe.object.map("decisions"))
        #expect(table.count == Int(patterns))
        var expected = [UInt64](repeating: 0, count: Int(NR_MLS_DECISIONS.rawValue))
        for pattern in 0..<table.count {
            let decision = UInt8(truncatingIfNeeded: pattern &* 7 % 4)
            table[pattern] = decision
            expected[Int(decision)] += 1
        }
        var emission = mls_probe_emission()
        emission.count = patterns
        let migrate = try probe.object.run("probe_lookup", with: &emission)
        #expect(UInt64(migrate) == expected[Int(MLS_MIGRATE.rawValue)])
        let lookups = try probe.object.map("lookups")
        let counted = try (0..<UInt32(expected.count)).map { decision in
            try lookups.perCPUValues(of: decision, as: UInt64.self).reduce(0, +)
        }
        #expect(counted == expected)
    }

    @Test("filling a table sets every word")
    func fill() throws {
        let table = try MappedArray<UInt32>(Probe(patterns: 64).object.map("decisions"))
        table.fill(with: 0x0303_0303)
        #expect(table.snapshot() == [UInt32](repeating: 0x0303_0303, count: 16))
    }

    @Test("maps that cannot be dense words are not mapped")
    func notDense() throws {
        let object = try OpenObject(.fixture).load()
        let sparse = #expect(throws: BPFError.self) {
            _ = try MappedArray<UInt32>(object.map("sparse"))
        }
        #expect(sparse?.description == "cannot map as dense words 'sparse': Invalid argument")
        let hash = #expect(throws: BPFError.self) {
            _ = try MappedArray<UInt32>(object.map("pairs"))
        }
        #expect(hash?.operation == "map the memory of")
    }

    @Test("a single value is mapped whatever its size")
    func singleValue() throws {
        let map = try OpenObject(.fixture).load().map("single")
        let words = try MappedArray<UInt32>(map)
        words[2] = 7
        #expect(words.snapshot() == [0, 0, 7])
        #expect(try map.bytes(of: UInt32(0)) == [0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0])
        #expect(throws: BPFError.self) { _ = try MappedArray<UInt64>(map) }
    }
}
