internal import Glibc
internal import LinuxSystem

/// One client: what it has sent so far, and what it has not read yet.
///
/// It holds at most one question and one answer. While an answer waits to be read nothing more is
/// read of it, so a client that never reads, or never stops writing, costs a few kilobytes.
final class StatsConnection {
    /// When it last did anything, ns of `CLOCK_MONOTONIC`.
    private(set) var lastActivity: UInt64
    let descriptor: OwnedDescriptor
    private var input: [UInt8] = []
    private var output: ArraySlice<UInt8> = []
    private let answer: (StatsRequest) -> [UInt8]

    /// Bytes of a question, at most.
    static let longestQuestion = 4096

    /// A client that has just connected.
    ///
    /// - Parameters:
    ///   - descriptor: does not block.
    ///   - now: ns of `CLOCK_MONOTONIC`.
    ///   - answer: gives a line, without its end, to a question.
    init(
        _ descriptor: consuming OwnedDescriptor,
        at now: UInt64,
        _ answer: @escaping (StatsRequest) -> [UInt8]
    ) {
        self.descriptor = descriptor
        lastActivity = now
        self.answer = answer
    }

    /// What to wait for: that it reads its answer, or that it asks.
    var events: Int16 { Int16(output.isEmpty && !hasQuestion ? POLLIN : POLLOUT) }

    /// Does what can be done without waiting: one answer at most.
    ///
    /// - Returns: whether the connection goes on.
    func serve(at now: UInt64) -> Bool {
        lastActivity = now
        guard output.isEmpty else { return write() }
        if !hasQuestion, !read() { return false }
        guard hasQuestion else { return input.count <= Self.longestQuestion }
        return takeQuestion()
    }

    private var hasQuestion: Bool { input.contains(UInt8(ascii: "\n")) }

    private func read() -> Bool {
        withUnsafeTemporaryAllocation(
            byteCount: Self.longestQuestion,
            alignment: 1
        ) { buffer in
            let count = retryingInterrupts {
                recv(descriptor.raw, buffer.baseAddress, buffer.count, 0)
            }
            guard count > 0 else { return count < 0 && errno == EAGAIN }
            input.append(contentsOf: buffer[..<count])
            return true
        }
    }

    /// Answers the first whole line of what was read.
    private func takeQuestion() -> Bool {
        let line = input.prefix { $0 != UInt8(ascii: "\n") }
        guard line.count <= Self.longestQuestion else { return false }
        let isBlank = line.allSatisfy { $0 == 32 || $0 == 13 || $0 == 9 }
        if !isBlank { output = (reply(to: line) + [UInt8(ascii: "\n")])[...] }
        input.removeFirst(line.count + 1)
        return output.isEmpty || write()
    }

    private func reply(to line: ArraySlice<UInt8>) -> [UInt8] {
        guard let request = try? fromJSON(line, as: StatsRequest.self) else {
            return jsonLine(StatsResponse(errno: EINVAL, "not a question of this protocol"))
        }
        return answer(request)
    }

    private func write() -> Bool {
        let count = output.withUnsafeBytes { bytes in
            retryingInterrupts {
                send(descriptor.raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
        }
        guard count >= 0 else { return errno == EAGAIN }
        output = output.dropFirst(count)
        return true
    }
}
