import CMLSchedABI
import Foundation
import Testing

/// The pure functions of `bpf/measure.h`.
@Suite("What the kernel counts, as a model is told")
struct MeasureTests {
    @Test("a logarithm is at most 0.09 too small, and never falls")
    func logarithm() {
        var last: Int32 = 0
        var value: UInt64 = 0
        while value < 1 << 60 {
            let measured = Double(mls_log(value)) / Double(1 << MLS_LOG_SHIFT)
            let exact = log2(Double(value) + 1)
            #expect(measured <= exact + 1e-9 && measured >= exact - 0.09 - 1 / 256)
            #expect(mls_log(value) >= last)
            last = mls_log(value)
            value += value / 7 + 1
        }
        #expect(mls_log(0) == 0)
        #expect(mls_log(1) == 256)
        #expect(mls_log(.max) == 63 * 256 + 255)
    }

    @Test(
        "a wait is a slice for each task beyond one for each CPU, shared by the CPUs",
        arguments: [
            (UInt32(0), UInt32(4), UInt64(0)), (4, 4, 0), (5, 4, 1_250_000), (8, 4, 5_000_000),
            (12, 4, 10_000_000), (8, 0, 0), (1, 1, 0), (4_194_304, 1, 20_971_515_000_000),
        ]
    )
    func expectedWait(runnable: UInt32, cpus: UInt32, nanoseconds: UInt64) {
        #expect(mls_expected_wait(runnable, cpus, 5_000_000) == nanoseconds)
    }

    @Test("a logarithm stands for what it was made of, within a part in 256")
    func unlog() {
        for value in (0..<4096).map(UInt64.init) + [1 << 20, 123_456_789, 1 << 62, .max] {
            let back = mls_unlog(mls_log(value))
            #expect(back <= value && value - back <= value / 256 + 1)
        }
    }

    @Test(
        "the cost rule moves what saves more waiting than its caches cost",
        arguments: [
            // µs of waiting here and there, KiB
            (UInt64(0), UInt64(0), UInt64(64), MLS_MIGRATE), (0, 0, 2048, MLS_STAY),
            (5000, 0, 16384, MLS_MIGRATE), (5000, 5000, 16384, MLS_STAY),
            (5000, 0, 1 << 30, MLS_MIGRATE), (2500, 0, 1 << 30, MLS_STAY),
            (0, 5000, 0, MLS_STAY),
        ]
    )
    func costRule(here: UInt64, there: UInt64, kib: UInt64, decision: mls_decision) {
        var features = mls_features()
        withUnsafeMutableBytes(of: &features) { bytes in
            let values = bytes.bindMemory(to: Int32.self)
            values[Int(MLS_FEATURE_SRC_WAIT.rawValue)] = mls_log(here)
            values[Int(MLS_FEATURE_DST_WAIT.rawValue)] = mls_log(there)
            values[Int(MLS_FEATURE_FOOTPRINT.rawValue)] = mls_log(kib)
        }
        #expect(mls_cost_rule(&features) == decision.rawValue)
    }
}
