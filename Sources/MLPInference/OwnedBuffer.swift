/// Memory that one value owns, aligned to a cache line and zero at first.
///
/// `package`, not public: the modules of this package share it, who embeds them does not see it.
package struct OwnedBuffer<Element: BitwiseCopyable>: ~Copyable {
    /// The first element.
    package let start: UnsafeMutablePointer<Element>

    /// Memory for that many elements, all bits zero.
    package init(count: Int) {
        let byteCount = count * MemoryLayout<Element>.stride
        // SAFETY: the elements are numbers, for which zero bits are a value, or records, which
        // their owner writes before it reads them.
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount,
            alignment: ModelFormat.alignment
        )
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        start = memory.bindMemory(to: Element.self, capacity: count)
    }

    deinit { start.deallocate() }
}
