public import BPFRuntime
internal import LinuxSystem
public import MLPInference
public import MLSched

/// The thread that owns the path from the ring buffer to the decision map.
///
/// Everything else talks to it through a mailbox that it looks into between two batches; it never
/// waits for anybody but the ring.
public final class DecisionLoop: Sendable {
    private let mailbox: Mailbox
    private let waker: Waker
    private let thread: PosixThread
    private let space: PatternSpace

    /// Starts to answer requests.
    ///
    /// - Parameters:
    ///   - source: where requests come from; belongs to the thread from now on, as does `sink`.
    ///   - waiter: waits for the ring behind the source.
    ///   - sink: where decisions go.
    ///   - space: the patterns that there are.
    ///   - model: decides; its features must all be known.
    ///   - isBusyPolling: never sleep.
    ///   - onStart: called on the new thread before anything else.
    /// - Throws: `SchemaError` for a model that cannot be fed, `SystemError` without a thread.
    public init<Source: RequestSource & ~Copyable, Sink: DecisionSink & ~Copyable>(
        source: consuming Source,
        waiter: consuming RingWaiter,
        sink: consuming Sink,
        space: PatternSpace,
        model: Model,
        isBusyPolling: Bool = false,
        onStart: @escaping @Sendable () -> Void = {}
    ) throws {
        let maker = try ModelMaker(model, space: space)
        self.space = space
        waker = waiter.waker
        mailbox = Mailbox()
        let pipeline = Pipeline(
            source: source,
            maker: maker,
            sink: sink,
            clock: MonotonicClock(),
            space: space
        )
        let body: any LoopRunner = LoopBody(
            pipeline: pipeline,
            waiter: waiter,
            mailbox: mailbox,
            isBusyPolling: isBusyPolling
        )
        thread = try PosixThread(named: "mlsched-decide") {
            onStart()
            body.run()
        }
    }

    /// Changes to another model: a new generation of decisions, filled before it is seen.
    ///
    /// Meanwhile requests are answered as before, by the old model. Returns when the new one is in
    /// force. The first model, too, fills its table by this before anybody asks.
    ///
    /// - Parameters:
    ///   - model: decides from then on.
    ///   - limit: for how long to decide beforehand; the rest is decided on request.
    /// - Throws: `SchemaError` or `NetworkError`, before anything has changed, for a model that
    ///   cannot be fed or evaluated; `CancellationError` after ``stop()``.
    public func replaceModel(with model: Model, filling limit: Duration) async throws {
        try await withCheckedThrowingContinuation { continuation in
            replaceModel(with: model, filling: limit) { continuation.resume(with: $0) }
        }
    }

    /// What is told when a model is in force, on the loop's own thread, so that it must not block;
    /// or why it will not be, where it cannot be prepared on the caller's.
    public typealias Completion = @Sendable (Result<Void, any Error>) -> Void

    /// The same for those who do not suspend.
    public func replaceModel(
        with model: Model,
        filling limit: Duration,
        _ completion: @escaping Completion
    ) {
        let nanoseconds = UInt64(max(limit / .nanoseconds(1), 0))
        do {
            // Here and not on the loop's thread, which has requests to answer meanwhile.
            let parcel = Parcel(try ModelMaker(model, space: space))
            post(.replaceMaker(parcel, filling: nanoseconds, completion))
        } catch {
            completion(.failure(error))
        }
    }

    /// Hands out what was measured since the start; nil after ``stop()``.
    ///
    /// - Parameter receive: called on the loop's own thread, between two batches.
    public func measure(_ receive: @escaping @Sendable (PipelineMeasurements?) -> Void) {
        post(.measure(receive))
    }

    /// Runs something short on the loop's own thread, between two batches: a sign that it lives.
    ///
    /// - Parameter body: not called after ``stop()``.
    public func perform(_ body: @escaping @Sendable () -> Void) {
        post(.perform(body))
    }

    /// Ends the thread after the batch it is at, and waits for its end.
    public func stop() {
        post(.stop)
        thread.join()
    }

    deinit {
        stop()
    }

    private func post(_ message: Mailbox.Message) {
        mailbox.post(message)
        waker.wake()
    }
}

/// What a thread runs, without the types of its stages, which a thread need not know.
private protocol LoopRunner: AnyObject, Sendable {
    func run()
}

/// What the thread does, and all that belongs to it alone.
private final class LoopBody<
    Source: RequestSource & ~Copyable,
    Sink: DecisionSink & ~Copyable
>: LoopRunner, @unchecked Sendable {
    // @unchecked: created on one thread and handed to another, which is then the only user.
    private var pipeline: Pipeline<Source, ModelMaker, Sink, MonotonicClock>
    private let waiter: RingWaiter
    private let mailbox: Mailbox
    private let isBusyPolling: Bool
    /// Those who wait for a new model to come into force.
    private var replacements: [DecisionLoop.Completion] = []

    init(
        pipeline: consuming Pipeline<Source, ModelMaker, Sink, MonotonicClock>,
        waiter: consuming RingWaiter,
        mailbox: Mailbox,
        isBusyPolling: Bool
    ) {
        self.pipeline = pipeline
        self.waiter = waiter
        self.mailbox = mailbox
        self.isBusyPolling = isBusyPolling
    }

    func run() {
        var idlePolls = 0
        while true {
            if mailbox.hasMessages, !handleMessages() { return }
            let isAnswering = pipeline.step() > 0
            let isWorking = isAnswering || !replacements.isEmpty || pipeline.anticipate()
            if !replacements.isEmpty, !pipeline.fillNext() { finishReplacements() }
            idlePolls = isWorking ? 0 : idlePolls + 1
            guard !isBusyPolling, idlePolls > Self.patience else { continue }
            idlePolls = 0
            guard pipeline.prepareToWait() else { continue }
            // Cannot fail once it was set up; if it does, polling is what is left.
            _ = try? waiter.wait()
        }
    }

    /// Looks at an empty ring before sleeping, about a microsecond: in a stream of requests the
    /// next one comes sooner, and waking the thread for it would cost its sender five.
    private static var patience: Int { 64 }

    /// Whether the loop goes on.
    private func handleMessages() -> Bool {
        for message in mailbox.take() {
            switch message {
            case .stop:
                mailbox.close()
                replacements.forEach { $0(.failure(CancellationError())) }
                replacements = []
                return false
            case .measure(let receive):
                receive(pipeline.measurements.adding(PipelineMeasurements()))
            case .perform(let body):
                body()
            case .replaceMaker(let parcel, let limit, let completion):
                if let maker = parcel.open() { pipeline.beginGeneration(by: maker, filling: limit) }
                replacements.append(completion)
            }
        }
        return true
    }

    private func finishReplacements() {
        replacements.forEach { $0(.success(())) }
        replacements = []
    }
}
