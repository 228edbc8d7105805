import CMLSchedABI
import MLSched
import Testing

@Suite("The header shared with BPF, seen from Swift")
struct ABITests {
    @Test("structs have the same sizes and offsets as in C")
    func layout() {
        #expect(MemoryLayout<mls_pattern_fields>.size == 16)
        #expect(MemoryLayout<mls_pattern_fields>.offset(of: \.cpu) == 0)
        #expect(MemoryLayout<mls_pattern_fields>.offset(of: \.cpu_idle) == 4)
        #expect(MemoryLayout<mls_pattern_fields>.offset(of: \.src_level) == 8)
        #expect(MemoryLayout<mls_pattern_fields>.offset(of: \.dst_level) == 12)
        #expect(MemoryLayout<mls_pattern_space>.size == 8)
        #expect(MemoryLayout<mls_request>.size == 24 + MemoryLayout<mls_features>.size)
        #expect(MemoryLayout<mls_request>.stride == MemoryLayout<mls_request>.size)
        #expect(MemoryLayout<mls_request>.offset(of: \.stamp_ns) == 0)
        #expect(MemoryLayout<mls_request>.offset(of: \.pattern) == 8)
        #expect(MemoryLayout<mls_request>.offset(of: \.generation) == 12)
        #expect(MemoryLayout<mls_request>.offset(of: \.features) == 16)
        let end = 16 + MemoryLayout<mls_features>.size
        #expect(MemoryLayout<mls_request>.offset(of: \.pid) == end)
        #expect(MemoryLayout<mls_request>.offset(of: \.kind) == end + 4)
        #expect(MemoryLayout<mls_hash_key>.size == 8)
        #expect(
            MemoryLayout<mls_counters>.size
                == 8
                * (Int(NR_MLS_CANDIDATE_KINDS.rawValue) * Int(NR_MLS_CANDIDATE_COUNTERS.rawValue)
                    + Int(NR_MLS_COUNTERS.rawValue))
        )
    }

    @Test("a decision is the byte that BPF reads")
    func decisions() {
        #expect(UInt32(Decision.stay.rawValue) == MLS_STAY.rawValue)
        #expect(UInt32(Decision.migrate.rawValue) == MLS_MIGRATE.rawValue)
    }
}
