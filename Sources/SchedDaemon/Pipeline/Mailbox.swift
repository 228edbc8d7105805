internal import Synchronization

/// Messages for the decision loop; looking whether there are any costs one read of memory.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case stop
        case measure(@Sendable (PipelineMeasurements?) -> Void)
        case perform(@Sendable () -> Void)
        case replaceMaker(Parcel, filling: UInt64, DecisionLoop.Completion)
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    private let isWaiting = Atomic(false)
    private let state = Mutex(State())

    var hasMessages: Bool { isWaiting.load(ordering: .relaxed) }

    func post(_ message: Message) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.messages.append(message) }
            return state.isClosed
        }
        guard !isClosed else {
            message.refuse()
            return
        }
        isWaiting.store(true, ordering: .releasing)
    }

    func take() -> [Message] {
        isWaiting.store(false, ordering: .relaxed)
        return state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Refuses what is there and whatever comes.
    func close() {
        let messages = state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
        for message in messages { message.refuse() }
    }
}

extension Mailbox.Message {
    /// Answers for a loop that has ended.
    func refuse() {
        switch self {
        case .stop, .perform: break
        case .measure(let receive): receive(nil)
        case .replaceMaker(_, _, let completion): completion(.failure(CancellationError()))
        }
    }
}

/// A maker on its way to the loop; messages can be copied, a maker cannot.
final class Parcel: Sendable {
    private let maker: Mutex<ModelMaker?>

    init(_ maker: consuming sending ModelMaker) {
        self.maker = Mutex(maker)
    }

    /// The maker, the first time.
    func open() -> sending ModelMaker? {
        maker.withLock { $0.take() }
    }
}
