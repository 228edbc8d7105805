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
}
