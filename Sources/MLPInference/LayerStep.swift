internal import CBLAS
internal import CMLPKernels

/// One layer as the evaluator runs it: a GEMM, then bias and activation in place.
///
/// Rows of a layer with at least 16 outputs start at multiples of 16 elements, so that the bias
/// in the file, which is padded likewise, fits every row as it is. Rows of narrower layers follow
/// each other without a gap, and the bias is repeated for 16 rows. Either way the pass for bias
/// and activation takes whole vectors, and what it computes in the gaps nobody reads.
struct LayerStep: BitwiseCopyable {
    /// Values `(inputs, outputs)`, row-major.
    let weights: UnsafePointer<Float>
    /// As many elements as `period` says, aligned to 64 bytes.
    let bias: UnsafePointer<Float>
    /// A multiple of 16.
    let period: Int
    let inputs: Int
    let outputs: Int
    /// Elements from one row of outputs to the next.
    let stride: Int
    private let activation: mlpk_activation
    private let kernels: UnsafePointer<mlpk_kernels>
    /// Weights of a single output are a row as well as a column.
    ///
    /// Taken as a row, transposed, they let OpenBLAS compute dot products: of a 64→1 layer a batch
    /// of one then takes 14 ns instead of 36, without the `malloc` that OpenBLAS 0.3.21 does for a
    /// column.
    private let isRow: Bool

    /// A layer; what the pointers lead to outlives it.
    ///
    /// - Parameters:
    ///   - layer: its shape and activation.
    ///   - weights: `(inputs, outputs)`, row-major.
    ///   - bias: `(outputs)`, up to whole `Lanes` where they are at least that many.
    ///   - tile: memory for the repeated bias, `tileCount` elements.
    ///   - kernels: what adds the bias and applies the activation.
    init(
        _ layer: DenseLayer,
        weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>,
        tile: UnsafeMutablePointer<Float>,
        kernels: UnsafePointer<mlpk_kernels>
    ) {
        let tileCount = Self.tileCount(outputs: layer.outputs)
        self.weights = weights
        inputs = layer.inputs
        outputs = layer.outputs
        stride = Self.stride(outputs: layer.outputs)
        activation = layer.activation.forKernels
        self.kernels = kernels
        isRow = layer.outputs == 1
        if tileCount > 0 {
            for element in 0..<tileCount { tile[element] = bias[element % layer.outputs] }
            self.bias = UnsafePointer(tile)
            period = tileCount
        } else {
            self.bias = bias
            period = stride
        }
    }

    /// Elements of a repeated bias: none for a layer that uses the file's.
    static func tileCount(outputs: Int) -> Int {
        outputs < Lanes.scalarCount ? outputs * Lanes.scalarCount : 0
    }

    /// Elements from one row of outputs to the next.
    static func stride(outputs: Int) -> Int {
        outputs < Lanes.scalarCount ? outputs : Lanes.padded(outputs)
    }

    /// Evaluates the layer.
    ///
    /// - Parameters:
    ///   - source: `(rows, inputs)`, row-major.
    ///   - sourceStride: elements from one row of inputs to the next.
    ///   - rows: the batch.
    ///   - target: receives `(rows, outputs)`, row-major, `stride` from one row to the next; has
    ///     room for whole `Lanes`.
    @inline(__always)
    func run(
        _ source: UnsafePointer<Float>,
        stride sourceStride: Int,
        rows: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        cblas_sgemm(
            CblasRowMajor,
            CblasNoTrans,
            isRow ? CblasTrans : CblasNoTrans,
            blasint(truncatingIfNeeded: rows),
            blasint(truncatingIfNeeded: outputs),
            blasint(truncatingIfNeeded: inputs),
            1,
            source,
            blasint(truncatingIfNeeded: sourceStride),
            weights,
            blasint(truncatingIfNeeded: isRow ? inputs : outputs),
            0,
            target,
            blasint(truncatingIfNeeded: stride)
        )
        kernels.pointee.activate(activation, target, rows &* stride, bias, period)
    }
}
