/// A function of one element, written for the vector in which it is fastest.
///
/// All use `replacing` on concrete vectors, which compiles to vector operations and keeps NaN;
/// `pointwiseMax` does neither, and generic code over `SIMD` is ten times slower.
protocol Elementwise {
    /// What the function takes and gives at a time; its width divides that of `Lanes`.
    associatedtype Vector: SIMD<Float>

    /// The function of every element; NaN for NaN.
    func callAsFunction(_ x: Vector) -> Vector
}

/// The identity, `x`.
struct Identity: Elementwise {
    @inline(__always)
    func callAsFunction(_ x: Lanes) -> Lanes { x }
}

/// The rectifier, `max(x, 0)`.
struct ReLU: Elementwise {
    @inline(__always)
    func callAsFunction(_ x: Lanes) -> Lanes { x.replacing(with: 0, where: x .< 0) }
}

/// The logistic function, `1 / (1 + e⁻ˣ)`.
struct Sigmoid: Elementwise {
    @inline(__always)
    func callAsFunction(_ x: SIMD4<Float>) -> SIMD4<Float> { x.sigmoid }
}

/// The hyperbolic tangent.
struct Tanh: Elementwise {
    @inline(__always)
    func callAsFunction(_ x: SIMD4<Float>) -> SIMD4<Float> { x.hyperbolicTangent }
}

/// `x` where positive, `slope · x` elsewhere.
struct LeakyReLU: Elementwise {
    let slope: Float

    @inline(__always)
    func callAsFunction(_ x: Lanes) -> Lanes {
        x.replacing(with: x * slope, where: x .< 0)
    }
}

/// `x` where positive, `alpha · (eˣ − 1)` elsewhere.
struct ELU: Elementwise {
    let alpha: Float

    @inline(__always)
    func callAsFunction(_ x: SIMD4<Float>) -> SIMD4<Float> {
        x.replacing(with: x.atMost(0).exponentialMinusOne * alpha, where: x .< 0)
    }
}

/// The smooth rectifier, `log(1 + eˣ)`.
struct Softplus: Elementwise {
    @inline(__always)
    func callAsFunction(_ x: SIMD4<Float>) -> SIMD4<Float> { x.softplus }
}

/// The logistic function times its argument, `x / (1 + e⁻ˣ)`.
///
/// Below −100 the result is less than 1e-36, but −∞ · 0 would be NaN.
struct Swish: Elementwise {
    @inline(__always)
    func callAsFunction(_ x: SIMD4<Float>) -> SIMD4<Float> { x.atLeast(-100) * x.sigmoid }
}

/// `slope · x + offset`, clipped to 0…1.
struct HardSigmoid: Elementwise {
    let slope: Float
    let offset: Float

    @inline(__always)
    func callAsFunction(_ x: Lanes) -> Lanes {
        let line = x * slope + offset
        let floored = line.replacing(with: 0, where: line .< 0)
        return floored.replacing(with: 1, where: floored .> 1)
    }
}
