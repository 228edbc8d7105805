/// SHA-256, FIPS 180-4 (doi 10.6028/NIST.FIPS.180-4), to name a file as `sha256sum` does.
enum SHA256 {
    /// The digest of all bytes in 64 lower-case hexadecimal digits.
    static func hexDigest(of bytes: UnsafeRawBufferPointer) -> String {
        var state: [UInt32] = [
            0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
            0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
        ]
        let whole = bytes.count & ~63
        for offset in stride(from: 0, to: whole, by: 64) {
            compress(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 64]), into: &state)
        }

        var tail = Array(bytes[whole...])
        tail.append(0x80)
        while tail.count % 64 != 56 { tail.append(0) }
        withUnsafeBytes(of: (UInt64(bytes.count) * 8).bigEndian) { tail.append(contentsOf: $0) }
        tail.withUnsafeBytes { tail in
            for offset in stride(from: 0, to: tail.count, by: 64) {
                compress(
                    UnsafeRawBufferPointer(rebasing: tail[offset..<offset + 64]),
                    into: &state
                )
            }
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Section 6.2.2: one block of 64 bytes.
    private static func compress(_ block: UnsafeRawBufferPointer, into state: inout [UInt32]) {
        var schedule = [UInt32](repeating: 0, count: 64)
        for t in 0..<16 {
            schedule[t] = UInt32(
                bigEndian: block.loadUnaligned(fromByteOffset: t * 4, as: UInt32.self)
            )
        }
        for t in 16..<64 {
            let near = schedule[t - 2]
            let far = schedule[t - 15]
            let sigma1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >> 10)
            let sigma0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >> 3)
            schedule[t] = sigma1 &+ schedule[t - 7] &+ sigma0 &+ schedule[t - 16]
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for t in 0..<64 {
            let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let choice = (e & f) ^ (~e & g)
            let first = h &+ sum1 &+ choice &+ roundConstants[t] &+ schedule[t]
            let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        (word >> count) | (word << (32 - count))
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let roundConstants: [UInt32] = {
        var constants: [UInt32] = []
        var candidate: UInt64 = 2
        while constants.count < 64 {
            let isPrime = !(2..<candidate).contains { candidate % $0 == 0 }
            if isPrime { constants.append(cubeRootFraction(candidate)) }
            candidate += 1
        }
        return constants
    }()

    /// ⌊2³² · ∛n⌋ modulo 2³², in integers: the largest `r` with `r³ ≤ n · 2⁹⁶`.
    private static func cubeRootFraction(_ n: UInt64) -> UInt32 {
        var root: UInt64 = 0
        for bit in stride(from: UInt64(35), through: 0, by: -1) {
            let trial = root | (1 << bit)
            if isCube(of: trial, atMost: n) { root = trial }
        }
        return UInt32(truncatingIfNeeded: root)
    }

    /// Whether `r³ ≤ n · 2⁹⁶`, for `r` below 2³⁶.
    private static func isCube(of r: UInt64, atMost n: UInt64) -> Bool {
        let square = r.multipliedFullWidth(by: r)
        let low = square.low.multipliedFullWidth(by: r)
        let high = square.high * r + low.high
        return high < n << 32 || (high == n << 32 && low.low == 0)
    }
}
