internal import MLPInference

/// Floats that start at a cache line, as those of a model do.
final class AlignedFloats {
    let start: UnsafeMutablePointer<Float>
    let count: Int

    /// That many zeros.
    init(count: Int) {
        let room = max(count, 1)
        // SAFETY: freshly allocated for that many floats, bound once and initialised at once.
        start = UnsafeMutableRawPointer.allocate(
            byteCount: room * MemoryLayout<Float>.stride,
            alignment: 64
        ).bindMemory(to: Float.self, capacity: room)
        start.initialize(repeating: 0, count: room)
        self.count = count
    }

    deinit {
        start.deallocate()
    }

    /// All of them.
    var all: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: start, count: count)
    }

    /// The first of them.
    ///
    /// - Precondition: `length` is at most `count`.
    func prefix(_ length: Int) -> UnsafeBufferPointer<Float> {
        precondition(length <= count, "a prefix is no longer than the whole")
        return UnsafeBufferPointer(start: start, count: length)
    }
}

extension AlignedFloats {
    /// A copy.
    convenience init(_ values: UnsafeBufferPointer<Float>) {
        self.init(count: values.count)
        for (index, value) in values.enumerated() { start[index] = value }
    }

    /// Rows of raw features `(rows, inputs)`: the model's own test vectors, repeated.
    convenience init(rawRows rows: Int, of model: Model) {
        self.init(count: rows * model.inputCount)
        model.withTestVectors { inputs, _ in
            for index in 0..<count { start[index] = inputs[index % inputs.count] }
        }
    }

    /// The same rows as the network's inputs.
    convenience init(scaledRows rows: Int, of model: Model) {
        self.init(rawRows: rows, of: model)
        for index in 0..<count {
            let feature = model.features[index % model.inputCount]
            start[index] = (start[index] - feature.offset) * feature.scale
        }
    }
}
