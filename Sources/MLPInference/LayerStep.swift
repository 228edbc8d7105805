internal import CBLAS

/// One layer as the evaluator runs it: a GEMM, then bias and activation in place.
///
/// Rows of a layer with at least 16 outputs start at multiples of 16 elements, so that the bias
/// in the file, which is padded likewise, fits every row as it is. Rows of narrower layers follow
/// each other without a gap, and the bias is repeated until it fills whole steps. Either way the
/// pass runs over whole steps, and what it computes in the gaps nobody reads.
struct LayerStep: BitwiseCopyable {
    /// Weights `(inputs, outputs)`, row-major.
    let weights: UnsafePointer<Float>
    /// As many steps as `period` says.
    let bias: UnsafePointer<Lanes>
    let period: Int
    let inputs: Int
    let outputs: Int
    /// Elements from one row of outputs to the next.
    let stride: Int
    let activation: Activation

    /// One layer of a model.
    ///
    /// - Parameters:
    ///   - index: which layer, 0 being the first.
    ///   - model: outlives the step.
    ///   - tile: memory for the repeated bias, `tiledPeriod` steps.
    init(layer index: Int, of model: Model, tile: UnsafeMutablePointer<Lanes>) {
        let layer = model.layers[index]
        let sections = model.layout.parameters[index]
        let tiled = Self.tiledPeriod(layer)
        weights = model.pointer(to: sections.weights, as: Float.self)
        inputs = layer.inputs
        outputs = layer.outputs
        stride = Self.stride(outputs: layer.outputs)
        activation = layer.activation
        if tiled > 0 {
            // SAFETY: `tile` has room for `tiled` steps, and 16 rows fill exactly that many.
            let elements = UnsafeMutableRawPointer(tile).assumingMemoryBound(to: Float.self)
            let source = model.pointer(to: sections.bias, as: Float.self)
            for element in 0..<tiled * Lanes.scalarCount {
                elements[element] = source[element % layer.outputs]
            }
            bias = UnsafePointer(tile)
            period = tiled
        } else {
            bias = model.pointer(to: sections.bias, as: Lanes.self)
            period = Self.steps(layer.outputs)
        }
    }

    /// Steps that a repeated bias takes: none for a layer that uses the file's.
    static func tiledPeriod(_ layer: DenseLayer) -> Int {
        layer.outputs < Lanes.scalarCount ? layer.outputs : 0
    }

    /// Elements from one row of outputs to the next, for a layer of that many.
    static func stride(outputs: Int) -> Int {
        outputs < Lanes.scalarCount ? outputs : steps(outputs) * Lanes.scalarCount
    }

    /// Steps that cover that many elements.
    static func steps(_ elements: Int) -> Int {
        (elements + Lanes.scalarCount - 1) / Lanes.scalarCount
    }

    /// Evaluates the layer.
    ///
    /// - Parameters:
    ///   - source: `(rows, inputs)`, row-major.
    ///   - sourceStride: elements from one row of inputs to the next.
    ///   - rows: the batch.
    ///   - target: `(rows, stride)`, row-major; whole steps.
    /// - Returns: `target`, as elements.
    @inline(__always)
    func run(
        _ source: UnsafePointer<Float>,
        stride sourceStride: Int,
        rows: Int,
        into target: UnsafeMutablePointer<Lanes>
    ) -> UnsafePointer<Float> {
        // SAFETY: the evaluator sized `target` for `rows` rows of the widest layer, rounded up
        // to whole steps; elements of a step are contiguous floats.
        let elements = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Float.self)
        cblas_sgemm(
            CblasRowMajor,
            CblasNoTrans,
            CblasNoTrans,
            blasint(truncatingIfNeeded: rows),
            blasint(truncatingIfNeeded: outputs),
            blasint(truncatingIfNeeded: inputs),
            1,
            source,
            blasint(truncatingIfNeeded: sourceStride),
            weights,
            blasint(truncatingIfNeeded: outputs),
            0,
            elements,
            blasint(truncatingIfNeeded: stride)
        )
        activation.apply(
            to: target,
            count: Self.steps(rows &* stride),
            bias: bias,
            period: period
        )
        return UnsafePointer(elements)
    }
}
