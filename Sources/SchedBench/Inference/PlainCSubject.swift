internal import CReferenceMLP
internal import MLPInference

/// Plain C around the same calls of `cblas_sgemm`, fed with rows that are scaled already.
struct PlainCSubject: InferenceSubject, ~Copyable {
    private static let blockRows = 128

    private let layers: UnsafeMutableBufferPointer<reference_layer>
    /// What `layers` points to.
    private let parameters: [AlignedFloats]
    private let rows: AlignedFloats
    /// The last results.
    let outputs: AlignedFloats
    private let scratch: AlignedFloats
    private let other: AlignedFloats
    private let chained: AlignedFloats

    /// Prepares at most that many rows; nil for a network that the C code is not written for.
    init?(_ model: Model, rows count: Int) {
        let activations = model.layers.map(\.activation)
        guard activations.last == .sigmoid, activations.dropLast().allSatisfy({ $0 == .relu })
        else { return nil }
        let widest = model.layers.reduce(0) { max($0, $1.outputs) }
        let parameters = model.layers.indices.flatMap { index in
            model.withParameters(ofLayer: index) { [AlignedFloats($0), AlignedFloats($1)] }
        }
        layers = .allocate(capacity: model.layers.count)
        for (index, layer) in model.layers.enumerated() {
            layers.initializeElement(
                at: index,
                to: reference_layer(
                    weights: parameters[2 * index].start,
                    bias: parameters[2 * index + 1].start,
                    inputs: Int32(layer.inputs),
                    outputs: Int32(layer.outputs),
                    ends: index == model.layers.count - 1 ? 1 : 0
                )
            )
        }
        self.parameters = parameters
        rows = AlignedFloats(scaledRows: count, of: model)
        outputs = AlignedFloats(count: count * model.outputCount)
        scratch = AlignedFloats(count: Self.blockRows * widest)
        other = AlignedFloats(count: Self.blockRows * widest)
        chained = AlignedFloats(scaledRows: 1, of: model)
    }

    deinit {
        layers.deallocate()
    }

    /// Lends the subject; through an optional this is a call of nothing where there is none.
    mutating func lend(_ body: (inout PlainCSubject) -> Void) { body(&self) }

    mutating func evaluate(rows count: Int) {
        run(rows.start, rows: count)
    }

    mutating func evaluateChained() {
        chained.start[chained.count - 1] = outputs.start[0]
        run(chained.start, rows: 1)
    }

    @inline(__always)
    private func run(_ inputs: UnsafePointer<Float>, rows: Int) {
        // SAFETY: the inputs hold that many rows, scratch a block of the widest layer.
        reference_mlp(
            layers.baseAddress,
            Int32(layers.count),
            inputs,
            Int32(rows),
            outputs.start,
            scratch.start,
            other.start
        )
    }
}
