/// A small generator of random numbers, the same on every machine (doi:10.1145/2714064.2660195).
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that begins with a seed.
    public init(seed: UInt64) { state = seed }

    /// The next number, any of 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, a bound.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in one case of this many, on average.
    mutating func oneIn(_ cases: Int) -> Bool { below(cases) == 0 }
}
