/// Turns raw feature values into a network's inputs, `(raw − offset) · scale`, where its first
/// layer cannot: see ``ScaledLayer``.
///
/// Offsets and scales are repeated for 16 rows, which fill whole `Lanes`, so that one pass over a
/// block needs no tail.
struct InputScaler: ~Copyable {
    /// Whether the network takes raw values, and there is nothing to do.
    let isIdentity: Bool
    private let features: Int
    /// Values `(16, features)`, row-major.
    private let offsets: OwnedBuffer<Float>
    /// Values `(16, features)`, row-major.
    private let scales: OwnedBuffer<Float>
    /// Values `(rows, features)`, row-major, whole `Lanes`.
    private let scaled: OwnedBuffer<Float>

    /// A scaler for blocks of at most that many rows.
    init(_ features: [Feature], rows: Int) {
        isIdentity = features.allSatisfy(\.isUnscaled)
        self.features = features.count
        let width = isIdentity ? 0 : features.count
        offsets = OwnedBuffer(count: width * Lanes.scalarCount)
        scales = OwnedBuffer(count: width * Lanes.scalarCount)
        scaled = OwnedBuffer(count: Lanes.padded(rows * width))
        for element in 0..<width * Lanes.scalarCount {
            offsets.start[element] = features[element % width].offset
            scales.start[element] = features[element % width].scale
        }
    }

    /// Scales one block.
    ///
    /// - Parameters:
    ///   - inputs: `(rows, features)`, row-major.
    ///   - rows: at most those given to `init`.
    /// - Returns: `(rows, features)`, row-major, valid until the next call.
    /// - Precondition: not `isIdentity`.
    func scale(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        scaled.start.update(from: inputs, count: rows &* features)
        // SAFETY: the buffers are aligned and hold whole `Lanes`: 16 rows of offsets and scales
        // are `features` of them. What lies beyond the rows is of earlier blocks, or zero, and
        // nobody reads it.
        let vectors = UnsafeMutableRawPointer(scaled.start).assumingMemoryBound(to: Lanes.self)
        let offsets = UnsafeRawPointer(offsets.start).assumingMemoryBound(to: Lanes.self)
        let scales = UnsafeRawPointer(scales.start).assumingMemoryBound(to: Lanes.self)
        let end = Lanes.padded(rows &* features) / Lanes.scalarCount
        var start = 0
        while start < end {
            for step in 0..<min(features, end &- start) {
                vectors[start &+ step] = (vectors[start &+ step] - offsets[step]) * scales[step]
            }
            start &+= features
        }
        return UnsafePointer(scaled.start)
    }
}
