internal import CBLAS
internal import CMLPKernels

/// Evaluates batches with one network; owns all the memory that this takes.
///
/// A block of rows goes through all layers, by the fused kernel or by one `cblas_sgemm` a layer
/// with a pass for bias and activation, as ``rule`` says. Nothing is allocated after `init`. Rows
/// are the batch, columns the features.
///
/// A NaN among a row's inputs makes the row's outputs NaN (so does an infinity that meets another
/// of the opposite sign or a zero weight) and leaves the other rows alone. The last bits of a
/// result may depend on the size of the batch, as those of sgemm do. Subnormal numbers, those below
/// 1.2e-38, count as zero wherever they come from, since some CPUs take a hundred times longer for
/// them; no result moves by more than what they amount to. The caller's floating-point state is as
/// it was when `evaluate` returns.
public struct MLPEvaluator: ~Copyable, @unchecked Sendable {
    // @unchecked: the pointers lead to memory that this value alone owns, and to the model's,
    // which nobody writes; every method that writes is mutating.

    /// Rows that go through all layers before the next ones start, so that what lies between the
    /// layers stays in the first-level cache.
    public static let blockRows = 128

    /// The network.
    public let model: Model
    /// Which kernel evaluates how many rows.
    public let rule: KernelRule
    /// Rows in one block.
    let blockRows: Int

    private let inputCount: Int
    private let outputCount: Int
    private let layerCount: Int
    private let endsInSoftmax: Bool
    private let steps: OwnedBuffer<LayerStep>
    /// Biases of narrow layers, repeated; `steps` points into it.
    private let biases: OwnedBuffer<Float>
    /// Scales raw values where the first layer cannot.
    private let scaler: InputScaler
    private let firstLayer: ScaledLayer
    private let fused: FusedChain
    /// What lies between two layers, twice: one is read while the other is written.
    private let front: OwnedBuffer<Float>
    private let back: OwnedBuffer<Float>

    /// Prepares a network for evaluation.
    ///
    /// Sets the process's OpenBLAS to one thread: a batch of this kind is over before a second
    /// thread has woken.
    ///
    /// - Parameters:
    ///   - model: the network.
    ///   - kernel: what multiplies the matrices; by default what the model was loaded for.
    /// - Complexity: O(parameters); allocates less than 5 MiB beyond the model, and a copy of the
    ///   weights where the fused kernel is used, once.
    public init(_ model: Model, kernel: KernelChoice? = nil) {
        self.init(model, kernel: kernel ?? model.kernel, blockRows: Self.blockRows)
    }

    /// Prepares a network for blocks of at most that many rows, on an instruction set.
    init(
        _ model: Model,
        kernel: KernelChoice,
        blockRows: Int,
        kernels: UnsafePointer<mlpk_kernels> = mlpk_widest()
    ) {
        blas_use_one_thread()
        self.model = model
        inputCount = model.inputCount
        outputCount = model.outputCount
        rule = KernelRule(kernel, for: model)
        let widest = model.layers.reduce(model.inputCount) { max($0, $1.outputs) }
        // Layers this wide are limited by their weights, not by calls: fewer rows do.
        let rows = max(1, min(blockRows, Self.scratchElements / (widest + Lanes.scalarCount)))
        let capacity = rows * Lanes.padded(widest)
        self.blockRows = rows
        front = OwnedBuffer(count: capacity)
        back = OwnedBuffer(count: capacity)
        firstLayer = ScaledLayer(model)
        scaler = InputScaler(firstLayer.isUsed ? [] : model.features, rows: rows)
        fused = FusedChain(
            rule.fusedBelow > 0 ? model : nil,
            firstLayer: firstLayer,
            kernels: kernels
        )
        layerCount = model.layers.count
        endsInSoftmax = model.layers[layerCount - 1].activation == .softmax
        biases = OwnedBuffer(
            count: model.layers.reduce(0) { $0 + LayerStep.tileCount(outputs: $1.outputs) }
        )
        steps = OwnedBuffer(count: layerCount)
        var tile = biases.start
        for (index, layer) in model.layers.enumerated() {
            let parameters = model.layout.parameters[index]
            var weights = model.pointer(to: parameters.weights)
            var bias = model.pointer(to: parameters.bias)
            if index == 0, firstLayer.isUsed {
                weights = UnsafePointer(firstLayer.weights.start)
                bias = UnsafePointer(firstLayer.bias.start)
            }
            steps.start[index] = LayerStep(
                layer,
                weights: weights,
                bias: bias,
                tile: tile,
                kernels: kernels
            )
            tile += LayerStep.tileCount(outputs: layer.outputs)
        }
    }

    /// Elements of each scratch buffer, at most; one row always fits.
    private static let scratchElements = 1 << 18

    /// Evaluates a batch.
    ///
    /// - Parameters:
    ///   - inputs: raw feature values `(batch, inputCount)`, row-major; the batch is as many rows
    ///     as there are.
    ///   - outputs: receives `(batch, outputCount)`, row-major, at its start.
    /// - Precondition: `inputs` holds whole rows, and `outputs` has room for all results.
    /// - Complexity: O(batch · multiply-adds); allocates nothing.
    public mutating func evaluate(
        _ inputs: UnsafeBufferPointer<Float>,
        into outputs: UnsafeMutableBufferPointer<Float>
    ) {
        let (batch, rest) = inputs.count.quotientAndRemainder(dividingBy: inputCount)
        precondition(rest == 0, "inputs are whole rows of the network's width")
        precondition(outputs.count >= batch * outputCount, "outputs have room for every row")
        guard let source = inputs.baseAddress, let target = outputs.baseAddress else { return }
        let state = mlpk_flush_subnormals()
        defer { mlpk_restore(state) }
        var row = 0
        while row < batch {
            let rows = min(blockRows, batch &- row)
            // SAFETY: both buffers hold `batch` rows, as was just checked.
            evaluateBlock(
                source + row &* inputCount,
                rows: rows,
                into: target + row &* outputCount
            )
            row &+= rows
        }
        if endsInSoftmax {
            mlpk_softmax(target, batch, Int32(outputCount))
        }
    }

    private mutating func evaluateBlock(
        _ inputs: UnsafePointer<Float>,
        rows: Int,
        into outputs: UnsafeMutablePointer<Float>
    ) {
        // SAFETY: `rows` is at most `blockRows`, for which scratch was sized.
        let source = scaler.isIdentity ? inputs : scaler.scale(inputs, rows: rows)
        if rows < rule.fusedBelow {
            fused.evaluate(source, rows: rows, into: outputs, scratch: front.start, back.start)
        } else {
            evaluateLayers(source, rows: rows, into: outputs)
        }
    }

    private mutating func evaluateLayers(
        _ inputs: UnsafePointer<Float>,
        rows: Int,
        into outputs: UnsafeMutablePointer<Float>
    ) {
        var source = inputs
        var stride = inputCount
        var (target, other) = (front.start, back.start)
        for index in 0..<layerCount {
            steps.start[index].run(source, stride: stride, rows: rows, into: target)
            source = UnsafePointer(target)
            stride = steps.start[index].stride
            swap(&target, &other)
        }
        guard stride != outputCount else {
            outputs.update(from: source, count: rows &* outputCount)
            return
        }
        for row in 0..<rows {
            (outputs + row &* outputCount).update(from: source + row &* stride, count: outputCount)
        }
    }
}

extension MLPEvaluator {
    /// Evaluates a batch and returns the results in an array of their own.
    ///
    /// - Parameter inputs: raw feature values `(batch, inputCount)`, row-major.
    /// - Returns: `(batch, outputCount)`, row-major.
    /// - Precondition: `inputs` holds whole rows.
    /// - Complexity: O(batch · multiply-adds); allocates the result.
    public mutating func evaluate(_ inputs: [Float]) -> [Float] {
        let count = inputs.count / model.inputCount * model.outputCount
        return [Float](unsafeUninitializedCapacity: count) { outputs, initializedCount in
            // SAFETY: floats need no initialisation; the call below writes all of them.
            inputs.withUnsafeBufferPointer { evaluate($0, into: outputs) }
            initializedCount = count
        }
    }
}
