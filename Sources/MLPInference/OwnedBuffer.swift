/// Memory that one value owns, aligned for its elements and zero at first.
struct OwnedBuffer<Element: BitwiseCopyable>: ~Copyable {
    /// The first element.
    let start: UnsafeMutablePointer<Element>
    /// The elements.
    let count: Int

    /// Memory of that many zero elements.
    init(count: Int) {
        // SAFETY: the elements are numbers or vectors of them, for which zero bits are a value,
        // or layer steps, which the evaluator writes before it reads them.
        start = .allocate(capacity: count)
        UnsafeMutableRawPointer(start).initializeMemory(
            as: UInt8.self,
            repeating: 0,
            count: count * MemoryLayout<Element>.stride
        )
        self.count = count
    }

    deinit { start.deallocate() }
}

extension OwnedBuffer<Lanes> {
    /// Fills the buffer with elements, again and again from the first.
    func fillRepeating(_ elements: some Collection<Float>) {
        var source = elements.startIndex
        for lane in 0..<count * Lanes.scalarCount {
            start[lane / Lanes.scalarCount][lane % Lanes.scalarCount] = elements[source]
            elements.formIndex(after: &source)
            if source == elements.endIndex { source = elements.startIndex }
        }
    }
}
