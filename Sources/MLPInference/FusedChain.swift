internal import CMLPKernels

/// A network packed for the fused kernel: a copy of the weights in the order in which the kernel
/// reads them, without subnormals.
struct FusedChain: ~Copyable {
    private let kernels: UnsafePointer<mlpk_kernels>
    private let layerCount: Int
    private let layers: OwnedBuffer<mlpk_layer>
    /// What `layers` points to.
    private let weights: OwnedBuffer<Float>
    private let biases: OwnedBuffer<Float>

    /// Packs a network, or none.
    ///
    /// - Parameters:
    ///   - model: the network; nil where the kernel is not to be used.
    ///   - firstLayer: what stands for its first layer.
    ///   - kernels: of which instruction set.
    /// - Complexity: O(parameters).
    init(
        _ model: Model?,
        firstLayer: borrowing ScaledLayer,
        kernels: UnsafePointer<mlpk_kernels>
    ) {
        let shapes = model?.layers ?? []
        self.kernels = kernels
        layerCount = shapes.count
        layers = OwnedBuffer(count: shapes.count)
        weights = OwnedBuffer(count: shapes.reduce(0) { $0 + Self.packedCount($1, kernels) })
        biases = OwnedBuffer(count: shapes.reduce(0) { $0 + Lanes.padded($1.outputs) })
        var nextWeights = weights.start
        var nextBias = biases.start
        for (index, shape) in shapes.enumerated() {
            model?.withParameters(ofLayer: index) { weights, bias in
                let isScaled = index == 0 && firstLayer.isUsed
                layers.start[index] = Self.pack(
                    shape,
                    kernels,
                    isScaled ? UnsafePointer(firstLayer.weights.start) : weights.baseAddress,
                    isScaled ? UnsafePointer(firstLayer.bias.start) : bias.baseAddress,
                    into: nextWeights,
                    nextBias
                )
            }
            nextWeights += Self.packedCount(shape, kernels)
            nextBias += Lanes.padded(shape.outputs)
        }
    }

    private static func packedCount(
        _ shape: DenseLayer,
        _ kernels: UnsafePointer<mlpk_kernels>
    ) -> Int {
        mlpk_packed_count(kernels, Int32(shape.inputs), Int32(shape.outputs))
    }

    /// A single output's bias is repeated, a row of them padded with zeros.
    private static func pack(
        _ shape: DenseLayer,
        _ kernels: UnsafePointer<mlpk_kernels>,
        _ weights: UnsafePointer<Float>?,
        _ bias: UnsafePointer<Float>?,
        into packed: UnsafeMutablePointer<Float>,
        _ paddedBias: UnsafeMutablePointer<Float>
    ) -> mlpk_layer {
        mlpk_pack(kernels, weights, Int32(shape.inputs), Int32(shape.outputs), packed)
        if let bias { paddedBias.update(from: bias, count: shape.outputs) }
        return mlpk_layer(
            weights: packed,
            bias: paddedBias,
            inputs: Int32(shape.inputs),
            outputs: Int32(shape.outputs),
            stride: mlpk_stride(Int32(shape.outputs)),
            activation: shape.activation.forKernels
        )
    }

    /// Evaluates rows.
    ///
    /// - Parameters:
    ///   - inputs: `(rows, inputs)`, row-major.
    ///   - rows: the batch.
    ///   - outputs: receives `(rows, outputs)`, row-major.
    ///   - scratch: room for whole `Lanes` of the widest layer in every row.
    ///   - other: as much.
    /// - Precondition: there is a network.
    @inline(__always)
    func evaluate(
        _ inputs: UnsafePointer<Float>,
        rows: Int,
        into outputs: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>,
        _ other: UnsafeMutablePointer<Float>
    ) {
        kernels.pointee.evaluate(layers.start, layerCount, inputs, rows, outputs, scratch, other)
    }
}
