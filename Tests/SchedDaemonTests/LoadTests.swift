import CMLSchedABI
import LinuxSystem
import SchedDaemon
import Testing

/// The kernel's fixed-point running average against the same average in floating point.
@Suite struct LoadTests {
    private static let one = Double(1 << MLS_LOAD_SHIFT)

    @Test(
        "the decay is 2^(-t / 32 ms) within 0.01 % of full scale",
        arguments: [
            0, 1, 999, 100_000, 1_000_000, 1_500_000, 31_999_999, 32_000_000, 32_000_001,
            64_000_000,
            100_000_000, 500_000_000, 999_999_999,
        ] as [UInt64]
    )
    func decay(nanoseconds: UInt64) {
        var expected = 1.0
        // 2^x without Foundation: 2^(-t/32ms) as a product over the bits of t
        var rest = nanoseconds
        var factor = halfLifeRoot
        while rest > 0 {
            if rest & 1 == 1 { expected *= factor }
            factor *= factor
            rest >>= 1
        }
        let actual = Double(mls_load_decay(nanoseconds)) / 65536
        #expect((actual - expected).magnitude < 1e-4)
    }

    /// The root 2^(-1 / 32,000,000).
    private let halfLifeRoot = 0.99999997833915115

    @Test("a constant load is reached and held", arguments: [0, 1, 2, 4, 8] as [UInt64])
    func constant(tasks: UInt64) {
        var load = mls_load()
        for _ in 0..<tasks { mls_load_add(&load, MLS_WEIGHT_ONE, 1_000_000_000) }
        let value = Double(mls_load_value(load, 4, 2_000_000_000)) / Self.one
        #expect((value - min(Double(tasks) / 8, 1)).magnitude < 0.001)
    }

    @Test("after one half-life half of a load is left")
    func halfLife() {
        var load = mls_load()
        mls_load_add(&load, MLS_WEIGHT_ONE * 4, 1_000_000_000)
        mls_load_drop(&load, MLS_WEIGHT_ONE * 4, 3_000_000_000)
        let value = Double(mls_load_value(load, 4, 3_032_000_000)) / Self.one
        #expect((value - 0.25).magnitude < 0.001)
    }

    @Test("thousands of changes a second average like their mean")
    func flicker() {
        var load = mls_load()
        var now: UInt64 = 1_000_000_000
        for _ in 0..<400_000 {
            mls_load_add(&load, MLS_WEIGHT_ONE, now)
            now += 300
            mls_load_drop(&load, MLS_WEIGHT_ONE, now)
            now += 700
        }
        let value = Double(mls_load_value(load, 1, now)) / Self.one
        #expect((value - 0.15).magnitude < 0.002)
    }

    @Test("a clock that goes backwards changes nothing")
    func backwards() {
        var load = mls_load()
        mls_load_add(&load, MLS_WEIGHT_ONE, 2_000_000_000)
        mls_load_fold(&load, 1_000_000_000)
        #expect(load.updated_ns == 2_000_000_000)
        mls_load_drop(&load, MLS_WEIGHT_ONE, 1_500_000_000)
        #expect(load.weight == 0)
        #expect(mls_load_value(load, 0, 3_000_000_000) == 0)
    }

    @Test("more weight than is counted overflows nothing, and is gone when its tasks are")
    func heaviest() {
        var load = mls_load()
        for index in 0..<5000 { mls_load_add(&load, 10_000, 1_000_000_000 + UInt64(index)) }
        #expect(mls_load_value(load, 1, 1_900_000_000) == 1 << MLS_LOAD_SHIFT)
        #expect(mls_load_value(load, 1, 9_900_000_000) == 1 << MLS_LOAD_SHIFT)
        for _ in 0..<5000 { mls_load_drop(&load, 10_000, 2_000_000_000) }
        #expect(load.weight == 0)
        #expect(mls_load_value(load, 1, 9_900_000_000) == 0)
    }

    @Test("CPUs that change a load at once lose no task, and keep it near what it was")
    func concurrent() throws {
        let load = SharedLoad()
        let clock = MonotonicClock()
        mls_load_add(load.pointer, MLS_WEIGHT_ONE, clock.now())
        let threads = try (0..<4).map { number in
            try PosixThread(named: "load-\(number)") {
                let end = clock.now() + 200_000_000
                while clock.now() < end {
                    mls_load_add(load.pointer, 10, clock.now())
                    mls_load_drop(load.pointer, 10, clock.now())
                }
            }
        }
        threads.forEach { $0.join() }
        #expect(load.pointer.pointee.weight == UInt64(MLS_WEIGHT_ONE))
        let value = Double(mls_load_value(load.pointer.pointee, 1, clock.now())) / Self.one
        // One task of weight 100 throughout, and at most four of 10 beside it.
        #expect(value > 0.45 && value < 0.75)
    }
}

/// A load at one address for several threads.
private final class SharedLoad: @unchecked Sendable {
    // @unchecked: the functions on it are made for being called at once.
    let pointer = UnsafeMutablePointer<mls_load>.allocate(capacity: 1)

    init() { pointer.initialize(to: mls_load()) }

    deinit { pointer.deallocate() }
}
