/// Turns raw feature values into a network's inputs: `(raw − offset) · scale`.
///
/// Offsets and scales are repeated until their rows fill whole steps, so that one pass over a
/// block needs no tail.
struct InputScaler: ~Copyable {
    private let features: Int
    /// Whether the network takes raw values, and there is nothing to do.
    private let isIdentity: Bool
    /// As many steps each as there are features, that is 16 rows.
    private let offsets: OwnedBuffer<Lanes>
    private let scales: OwnedBuffer<Lanes>
    /// Values `(rows, features)`, row-major, whole steps.
    private let scaled: OwnedBuffer<Lanes>

    /// A scaler for blocks of at most that many rows.
    init(_ features: [Feature], rows: Int) {
        isIdentity = features.allSatisfy(\.isUnscaled)
        self.features = features.count
        let width = isIdentity ? 0 : features.count
        offsets = OwnedBuffer(count: width)
        scales = OwnedBuffer(count: width)
        scaled = OwnedBuffer(count: LayerStep.steps(rows * width))
        offsets.fillRepeating(features.map(\.offset))
        scales.fillRepeating(features.map(\.scale))
    }

    /// Scales one block.
    ///
    /// - Parameters:
    ///   - inputs: `(rows, features)`, row-major.
    ///   - rows: at most those given to `init`.
    /// - Returns: `(rows, features)`, row-major, valid until the next call.
    @inline(__always)
    func scale(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        isIdentity ? inputs : scaleBlock(inputs, rows: rows)
    }

    private func scaleBlock(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        // SAFETY: `scaled` has room for `rows` rows, rounded up to whole steps; what lies beyond
        // the rows is left from before and nobody reads it.
        let elements = UnsafeMutableRawPointer(scaled.start).assumingMemoryBound(to: Float.self)
        elements.update(from: inputs, count: rows &* features)
        let count = LayerStep.steps(rows &* features)
        var start = 0
        while start < count {
            for step in 0..<min(features, count &- start) {
                let raw = scaled.start[start &+ step]
                scaled.start[start &+ step] = (raw - offsets.start[step]) * scales.start[step]
            }
            start &+= features
        }
        return UnsafePointer(elements)
    }
}
