/// As many elements as one step of an element-wise pass takes.
///
/// Sixteen fill an AVX-512 register and are lowered to four SSE registers for a baseline x86-64.
typealias Lanes = SIMD16<Float>

extension SIMD16<Float> {
    /// `bound` where an element is less than it; a NaN stays.
    @inline(__always)
    func atLeast(_ bound: Float) -> Self {
        replacing(with: bound, where: self .< bound)
    }

    /// `bound` where an element is greater than it; a NaN stays.
    @inline(__always)
    func atMost(_ bound: Float) -> Self {
        replacing(with: bound, where: self .> bound)
    }

    /// The absolute values.
    @inline(__always)
    var magnitude: Self {
        unsafeBitCast(unsafeBitCast(self, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Self.self)
    }

    /// The polynomial with these coefficients, highest power first.
    @inline(__always)
    func polynomial(_ c5: Float, _ c4: Float, _ c3: Float, _ c2: Float, _ c1: Float, _ c0: Float)
        -> Self
    {
        ((((self * c5 + c4) * self + c3) * self + c2) * self + c1) * self + c0
    }

    /// `eˣ` for elements of −87…88, within 2 units in the last place; NaN for NaN.
    ///
    /// `x = n · log 2 + r` with `|r| ≤ log 2 / 2`; then `eˣ = 2ⁿ · eʳ`. Adding 1.5 · 2²³ rounds
    /// to an integer, which is then in the low bits: no conversion, which would have to trap on
    /// NaN. Log 2 in two parts keeps `r` exact (Cody and Waite); eʳ is its Taylor polynomial of
    /// degree 7, which errs by less than 6e-9 there.
    @inline(__always)
    var exponential: Self {
        let rounder: Float = 12_582_912
        let shifted = self * 1.442_695_04 + rounder
        let n = shifted - rounder
        let r = self - n * 0.693_359_375 + n * 2.121_944_4e-4
        let series = r.polynomial(
            1 / 5040,
            1 / 720,
            1 / 120,
            1 / 24,
            1 / 6,
            1 / 2
        )
        let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23
        let power = unsafeBitCast(bits &+ 0x3F80_0000, to: Self.self)
        return (series * r * r + r + 1) * power
    }

    /// `1 / (1 + e⁻ˣ)`; NaN for NaN.
    @inline(__always)
    var sigmoid: Self {
        1 / (1 + (-self).atLeast(-87).atMost(87).exponential)
    }

    /// `tanh(x)`, with a small relative error near zero too; NaN for NaN.
    ///
    /// Below 0.5 the odd Taylor series up to x¹³ (next term: 5e-8 of x); above it the
    /// exponential, whose error no longer cancels.
    @inline(__always)
    var hyperbolicTangent: Self {
        let size = magnitude.atMost(16)
        let square = size * size
        let series =
            square.polynomial(
                21844 / 6_081_075,
                -1382 / 155_925,
                62 / 2835,
                -17 / 315,
                2 / 15,
                -1 / 3
            )
            * square * size + size
        let large = 1 - 2 / (1 + (size + size).exponential)
        let result = large.replacing(with: series, where: size .< 0.5)
        let sign = unsafeBitCast(self, to: SIMD16<UInt32>.self) & 0x8000_0000
        return unsafeBitCast(
            unsafeBitCast(result, to: SIMD16<UInt32>.self) | sign,
            to: Self.self
        )
    }

    /// `eˣ − 1` for elements not above 0; NaN for NaN.
    ///
    /// As `2t / (1 − t)` with `t = tanh(x / 2)` nothing cancels near zero.
    @inline(__always)
    var exponentialMinusOne: Self {
        let t = (self * 0.5).hyperbolicTangent
        return (t + t) / (1 - t)
    }

    /// `log(1 + eˣ)`; NaN for NaN.
    ///
    /// As `max(x, 0) + log(1 + u)` with `u = e⁻|x|` nothing overflows; `log(1 + u)` is
    /// `2 · artanh(u / (2 + u))`, whose argument is at most 1/3: the series up to z¹³ leaves
    /// less than 1e-8.
    @inline(__always)
    var softplus: Self {
        let u = (-magnitude).atLeast(-87).exponential
        let z = u / (2 + u)
        let square = z * z
        let series =
            square.polynomial(1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3) * square * z + z
        return atLeast(0) + (series + series)
    }
}
