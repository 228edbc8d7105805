internal import CSchedBench
internal import MLPInference

/// What one core can do at most, measured here and now: the distance from it is the room left.
struct CorePeak: Sendable {
    /// Float operations a second, from multiply-adds that are fused and independent.
    let flops: Double
    /// Bytes a second from the first-level data cache.
    let bytes: Double
    /// Bits of the vectors that were used.
    let vectorBits: Int

    /// Measures the core that the calling thread runs on; takes some 50 ms.
    init() {
        flops = bench_peak_flops()
        bytes = bench_peak_l1_bytes()
        vectorBits = Int(bench_vector_bits())
    }

    /// The time below which no implementation can evaluate a batch, ns: all operations at the
    /// peak rate, or all parameters brought from the cache once, whichever takes longer.
    func floor(rows: Int, of model: Model) -> Double {
        let compute = Double(rows) * Self.operations(of: model) / flops
        let load = Double(model.parameterCount * MemoryLayout<Float>.size) / bytes
        return 1e9 * max(compute, load)
    }

    /// Float operations of one sample: a multiplication and an addition for each weight, and one
    /// operation for each bias.
    static func operations(of model: Model) -> Double {
        let biases = model.layers.reduce(0) { $0 + $1.outputs }
        return Double(2 * model.multiplyAddCount + biases)
    }
}
