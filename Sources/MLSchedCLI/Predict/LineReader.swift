import Glibc

/// Hands out a file's lines in memory of fixed size.
struct LineReader: ~Copyable {
    /// Bytes of the longest line, its end included.
    static let longestLine = 1 << 20

    private let descriptor: Int32
    private let name: String
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    /// Bytes of the buffer that have been read into it.
    private var filled = 0
    private var lineNumber = 0

    /// A reader of an open file, by the name that messages use.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        // One byte more than is read, for the 0 after a last line without an end.
        buffer = .allocate(capacity: Self.longestLine + 1)
        buffer.initialize(repeating: 0)
    }

    deinit { buffer.deallocate() }

    /// Hands out every line; the handler delivers whenever all that has arrived was handed out.
    ///
    /// - Throws: `Failure` with the number of the first line that the handler refuses, after
    ///   having it deliver what came before; or where reading or delivering fails.
    mutating func handLines(to handler: inout some LineHandler & ~Copyable) throws(Failure) {
        while true {
            let count = try readMore()
            if count == 0 { break }
            try handCompleteLines(to: &handler)
            guard filled < Self.longestLine else {
                lineNumber += 1
                throw refusal("longer than \(Self.longestLine) bytes; end lines with a line feed")
            }
        }
        if filled > 0 { try hand(0..<filled, to: &handler) }
        try handler.deliver()
    }

    private mutating func readMore() throws(Failure) -> Int {
        while true {
            // SAFETY: reads at most the rest of the buffer but its last byte.
            let count = read(
                descriptor,
                buffer.baseAddress.map { $0 + filled },
                Self.longestLine - filled
            )
            guard count < 0 else {
                filled += count
                return count
            }
            guard errno == EINTR else {
                throw .unusable("\(name) cannot be read: \(systemMessage(errno))")
            }
        }
    }

    private mutating func handCompleteLines(
        to handler: inout some LineHandler & ~Copyable
    ) throws(Failure) {
        var start = 0
        while let end = lineEnd(from: start) {
            try hand(start..<end, to: &handler)
            start = end + 1
        }
        try handler.deliver()
        guard start > 0, let base = buffer.baseAddress else { return }
        // SAFETY: both ranges lie within the part of the buffer that has been filled.
        base.update(from: base + start, count: filled - start)
        filled -= start
    }

    private func lineEnd(from start: Int) -> Int? {
        guard let base = buffer.baseAddress,
            // SAFETY: searches the filled part of the buffer only.
            let end = memchr(base + start, 0x0A, filled - start)
        else { return nil }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(end))
    }

    private mutating func hand(
        _ range: Range<Int>,
        to handler: inout some LineHandler & ~Copyable
    ) throws(Failure) {
        lineNumber += 1
        var range = range
        if lineNumber == 1, buffer[range].starts(with: Self.byteOrderMark) {
            range = range.lowerBound + Self.byteOrderMark.count..<range.upperBound
        }
        while let last = range.last, buffer[last].isBlank { range.removeLast() }
        guard !range.allSatisfy({ buffer[$0].isBlank }) else { return }
        buffer[range.upperBound] = 0
        do throws(RowError) {
            try handler.take(UnsafeBufferPointer(rebasing: buffer[range]))
        } catch {
            try handler.deliver()
            throw refusal(error.sentence)
        }
    }

    private func refusal(_ sentence: String) -> Failure {
        .unusable("\(name), line \(lineNumber): \(sentence)")
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

extension UInt8 {
    /// A space, a tab or a carriage return.
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}

/// Takes the lines of an input one by one.
protocol LineHandler: ~Copyable {
    /// Takes one line without its end; a blank line is never handed over.
    ///
    /// - Parameter line: valid during the call; the byte after it can be read and is 0.
    /// - Throws: `RowError` where the line is not what was expected.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(RowError)

    /// Delivers the results of all lines so far: the next one may be long in coming.
    ///
    /// - Throws: `Failure` where they cannot be written.
    mutating func deliver() throws(Failure)
}

/// What is wrong with one line of input; whoever reads the lines knows which one it is.
struct RowError: Error, Equatable {
    /// A sentence without its beginning, which names the line.
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
