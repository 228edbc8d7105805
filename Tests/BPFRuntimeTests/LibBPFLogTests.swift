import BPFPrograms
import BPFRuntime
import Synchronization
import Testing

/// The handler is one for the process: serialised, and messages told apart by the object's name.
@Suite(.serialized)
struct LibBPFLogTests {
    private final class Messages: Sendable {
        private let all = Mutex<[(LibBPFLog.Level, String)]>([])

        func add(_ level: LibBPFLog.Level, _ text: String) {
            all.withLock { $0.append((level, text)) }
        }

        func levels(containing text: String) -> Set<LibBPFLog.Level> {
            all.withLock { Set($0.filter { $0.1.contains(text) }.map(\.0)) }
        }
    }

    @Test("messages go to the handler as far as their level is wanted")
    func levels() throws {
        let messages = Messages()
        defer { LibBPFLog.setHandler(nil) }
        LibBPFLog.setHandler(upTo: .debug, messages.add)
        _ = try OpenObject(name: "loud", bytes: ObjectCode.fixture.bytes)
        #expect(messages.levels(containing: "loud") == [.debug])
        LibBPFLog.setHandler(upTo: .info, messages.add)
        _ = try OpenObject(name: "quiet", bytes: ObjectCode.fixture.bytes)
        LibBPFLog.setHandler(nil)
        _ = try OpenObject(name: "silent", bytes: ObjectCode.fixture.bytes)
        #expect(messages.levels(containing: "quiet").isEmpty)
        #expect(messages.levels(containing: "silent").isEmpty)
    }

    @Test("a failure's warnings are in its error and nowhere else")
    func failureWarnings() throws {
        let messages = Messages()
        defer { LibBPFLog.setHandler(nil) }
        LibBPFLog.setHandler(messages.add)
        let error = #expect(throws: BPFError.self) {
            _ = try OpenObject(name: "garbage", bytes: Array("not an ELF file".utf8))
        }
        #expect(error?.log.contains { $0.contains("garbage") } == true)
        #expect(messages.levels(containing: "garbage").isEmpty)
    }
}
