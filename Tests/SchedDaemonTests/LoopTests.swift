import BPFPrograms
import BPFRuntime
import CMLSchedABI
import DefaultWeights
import Glibc
import LinuxSystem
import MLSched
import Synchronization
import Testing

@testable import SchedDaemon

@Suite struct MailboxTests {
    @Test("messages come in order, and there is none when all are taken")
    func order() {
        let mailbox = Mailbox()
        #expect(!mailbox.hasMessages)
        mailbox.post(.perform {})
        mailbox.post(.stop)
        #expect(mailbox.hasMessages)
        let kinds = mailbox.take().map { message in
            if case .stop = message { "stop" } else { "other" }
        }
        #expect(kinds == ["other", "stop"])
        #expect(!mailbox.hasMessages && mailbox.take().isEmpty)
    }

    @Test("whoever asks a closed mailbox, or is in it when it closes, gets an answer")
    func closed() {
        let mailbox = Mailbox()
        let answers = Mutex(0)
        let count: @Sendable (PipelineMeasurements?) -> Void = { measurements in
            answers.withLock { $0 += measurements == nil ? 1 : 100 }
        }
        mailbox.post(.measure(count))
        mailbox.close()
        mailbox.post(.measure(count))
        #expect(answers.withLock { $0 } == 2)
    }
}

@Suite struct NeighbourhoodTests {
    private let space: PatternSpace

    init() throws {
        space = try PatternSpace(cpuIDs: 4, online: 4)
    }

    private static func walk(_ neighbourhood: inout Neighbourhood) -> [UInt32] {
        var patterns: [UInt32] = []
        while let pattern = neighbourhood.next() { patterns.append(pattern) }
        return patterns
    }

    @Test("before it has a centre there is nothing in it")
    func empty() {
        var neighbourhood = Neighbourhood(in: space)
        #expect(Self.walk(&neighbourhood).isEmpty)
    }

    @Test("no pattern comes twice, whatever the centre", arguments: [0, 1, 7, 300, 2419])
    func unique(index: UInt32) {
        var neighbourhood = Neighbourhood(in: space)
        neighbourhood.centre(on: index)
        let patterns = Self.walk(&neighbourhood)
        #expect(Set(patterns).count == patterns.count)
        #expect(patterns.contains(index))
        #expect(patterns.allSatisfy { $0 < UInt32(space.count) })
    }

    @Test("a new centre begins anew")
    func recentre() {
        var neighbourhood = Neighbourhood(in: space)
        neighbourhood.centre(on: 7)
        _ = neighbourhood.next()
        neighbourhood.centre(on: 300)
        let again = Self.walk(&neighbourhood)
        neighbourhood.centre(on: 300)
        #expect(again == Self.walk(&neighbourhood))
    }
}

@Suite struct RequestLogTests {
    @Test("of two threads, one records and one drains, in order and without loss")
    func concurrent() throws {
        let log = RequestLog(capacity: 1024, batch: 8)
        let total = 20_000
        let writer = try PosixThread(named: "log-writer") {
            let requests = UnsafeMutableBufferPointer<mls_request>.allocate(capacity: 1)
            defer { requests.deallocate() }
            for index in 0..<total {
                var request = mls_request()
                request.pattern = UInt32(index)
                requests.initializeElement(at: 0, to: request)
                log.note(requests[..<1])
                [UInt32(index)].withUnsafeBufferPointer { patterns in
                    [UInt8(2)].withUnsafeBufferPointer { log.record($0, for: patterns) }
                }
            }
        }
        var seen: [UInt32] = []
        while seen.count + log.lost < total { seen += log.drain().map(\.request.pattern) }
        writer.join()
        seen += log.drain().map(\.request.pattern)
        #expect(seen == seen.sorted() && Set(seen).count == seen.count)
        #expect(seen.count + log.lost == total)
    }
}

/// The loop on a thread of its own, with a ring of this machine's kernel to wait for.
@Suite(.enabled(if: ObserverTests.isPossible)) struct DecisionLoopTests {
    private let space: PatternSpace

    init() throws {
        space = try PatternSpace(cpuIDs: 16, online: 16)
    }

    private func loop(_ patterns: [UInt32]) throws -> DecisionLoop {
        var open = try OpenObject(.probe)
        for program in ["probe_emit", "probe_lookup", "probe_syscall"] {
            try open.setLoaded(false, program: program)
        }
        let object = try open.load()
        let script = patterns.map { pattern in
            var request = mls_request()
            request.pattern = pattern
            return request
        }
        return try DecisionLoop(
            source: ScriptedSource(script: script),
            waiter: try RingWaiter(object.ringBuffer("requests")),
            sink: ForgetfulSink(),
            space: space,
            model: try DefaultModel.load()
        )
    }

    @Test("requests are answered, and whoever measures does not take anything away")
    func measures() async throws {
        let loop = try loop((0..<100).map { UInt32($0) })
        defer { loop.stop() }
        var measured = await loop.measurements()
        while let now = measured, now.requests < 100 { measured = await loop.measurements() }
        #expect(measured?.requests == 100)
        #expect(await loop.measurements()?.requests == 100)
    }

    @Test("a replaced model is in force when the call returns")
    func replaces() async throws {
        let loop = try loop([])
        defer { loop.stop() }
        try await loop.replaceModel(with: try DefaultModel.load(), filling: .seconds(60))
        let fill = await loop.measurements()?.fill
        #expect(fill?.decided == space.count && fill?.patterns == space.count)
    }

    @Test("what is performed runs on the loop's own thread")
    func performs() async throws {
        let loop = try loop([])
        defer { loop.stop() }
        let name = await withCheckedContinuation { continuation in
            loop.perform {
                continuation.resume(returning: SysfsFile("/proc/thread-self/comm").text())
            }
        }
        #expect(name == "mlsched-decide")
    }

    @Test("after its end there are no measurements, and no model is taken")
    func stopped() async throws {
        let loop = try loop([])
        loop.stop()
        loop.stop()
        #expect(await loop.measurements() == nil)
        let model = try DefaultModel.load()
        await #expect(throws: CancellationError.self) {
            try await loop.replaceModel(with: model, filling: .zero)
        }
    }
}

/// A sink that keeps nothing.
private struct ForgetfulSink: DecisionSink, ~Copyable {
    var holdsEveryPattern: Bool { true }

    mutating func publish(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {}

    borrowing func isOpen(_ pattern: UInt32) -> Bool { false }

    mutating func stage(
        _ decisions: UnsafeBufferPointer<UInt8>,
        for patterns: UnsafeBufferPointer<UInt32>
    ) {}

    mutating func stage(_ network: UnsafePointer<mls_network>?) {}

    mutating func commit() {}
}
