/// Sixteen elements: the step in which buffers are sized and biases repeat, a cache line.
typealias Lanes = SIMD16<Float>

extension Lanes {
    /// The next multiple of sixteen.
    static func padded(_ elements: Int) -> Int {
        (elements + scalarCount - 1) / scalarCount * scalarCount
    }
}

/// Functions that take many operations: four elements at a time, what a baseline x86-64 register
/// holds, so that a single result costs no more than it must.
extension SIMD4<Float> {
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
        unsafeBitCast(unsafeBitCast(self, to: SIMD4<UInt32>.self) & 0x7FFF_FFFF, to: Self.self)
    }

    /// The polynomial with these coefficients, constant first, by Estrin's scheme: a batch of one
    /// waits for its latency, which is half of Horner's.
    @inline(__always)
    func polynomial(
        _ c0: Float,
        _ c1: Float,
        _ c2: Float,
        _ c3: Float,
        _ c4: Float,
        _ c5: Float
    ) -> Self {
        let square = self * self
        let low = (self * c1 + c0) + (self * c3 + c2) * square
        return low + (self * c5 + c4) * (square * square)
    }

    /// `eˣ` for elements of −87…87, with a relative error below 1e-7 · (1 + |x|); NaN for NaN.
    ///
    /// `eˣ = 2ᵗ` with `t = x · log₂ e`. Adding 1.5 · 2²³ rounds `t` to an integer `n`, whose low
    /// bits then are the number's: no conversion, which would have to trap on NaN. What is left,
    /// `f = t − n`, is exact and within ±½, where `2ᶠ = 1 + f · p(f)`: `p` interpolates at
    /// Chebyshev's nodes, within 1e-8. The error that grows with |x| is that of rounding `t`; the
    /// functions below are flat where it is large.
    @inline(__always)
    var exponential: Self {
        let rounder: Float = 12_582_912
        let t = self * 1.442_695_04
        let shifted = t + rounder
        let f = t - (shifted - rounder)
        let p = f.polynomial(
            0.693_147_188,
            0.240_226_508,
            0.055_503_570_7,
            0.009_618_082_52,
            0.001_339_088_63,
            0.000_154_531_828
        )
        let bits = unsafeBitCast(shifted, to: SIMD4<UInt32>.self) &<< 23
        let power = unsafeBitCast(bits &+ 0x3F80_0000, to: Self.self)
        return (f * p + 1) * power
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
            square.polynomial(-1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155_925, 0.003_592_128)
            * square * size + size
        let large = 1 - 2 / (1 + (size + size).exponential)
        let result = large.replacing(with: series, where: size .< 0.5)
        let sign = unsafeBitCast(self, to: SIMD4<UInt32>.self) & 0x8000_0000
        return unsafeBitCast(
            unsafeBitCast(result, to: SIMD4<UInt32>.self) | sign,
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
            square.polynomial(1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13) * square * z + z
        return atLeast(0) + (series + series)
    }
}
