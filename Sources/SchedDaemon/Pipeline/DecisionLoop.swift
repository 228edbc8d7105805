public import BPFRuntime
public import MLPInference
public import MLSched
internal import Synchronization

/// The thread that owns the way from the ring buffer to the decision map.
///
/// Everything else talks to it through a mailbox that it looks into between two batches; it never
/// waits for anybody but the ring.
public final class DecisionLoop: Sendable {
    private let mailbox: Mailbox
    private let waker: Waker
    private let thread: PosixThread

    /// Starts to answer the requests of a scheduler.
    ///
    /// - Parameters:
    ///   - scheduler: loaded, and not attached yet, so that not even its first request waits.
    ///   - model: decides; its features must all be known.
    ///   - isBusyPolling: never sleep.
    /// - Throws: `BPFError` when the ring or the decision map cannot be used, `SchemaError` for a
    ///   model that cannot be fed.
    public convenience init(
        _ scheduler: borrowing LoadedScheduler,
        model: Model,
        isBusyPolling: Bool
    ) throws {
        let ring = try scheduler.requestRing()
        let waiter = try RingWaiter(ring)
        try self.init(
            source: ring,
            waiter: waiter,
            sink: try scheduler.decisionStore(),
            space: scheduler.plan.space,
            model: model,
            isBusyPolling: isBusyPolling
        )
    }

    /// Starts to answer requests of any source.
    ///
    /// - Parameters:
    ///   - source: where requests come from; belongs to the thread from now on, as does `sink`.
    ///   - waiter: waits for the ring behind the source.
    ///   - sink: where decisions go.
    ///   - space: the patterns that there are.
    ///   - model: decides; its features must all be known.
    ///   - isBusyPolling: never sleep.
    ///   - onStart: called on the new thread before anything else.
    /// - Throws: `SchemaError` for a model that cannot be fed, `BPFError` without a thread.
    public init<Source: RequestSource & ~Copyable, Sink: DecisionSink & ~Copyable>(
        source: consuming Source,
        waiter: consuming RingWaiter,
        sink: consuming Sink,
        space: PatternSpace,
        model: Model,
        isBusyPolling: Bool = false,
        onStart: @escaping @Sendable () -> Void = {}
    ) throws {
        let scorer = try PatternScorer(model: model, space: space)
        waker = waiter.waker
        mailbox = Mailbox()
        let pipeline = Pipeline(
            source: source,
            maker: scorer,
            sink: sink,
            clock: MonotonicClock(),
            space: space
        )
        let body: any LoopRunner = LoopBody(
            pipeline: pipeline,
            waiter: waiter,
            mailbox: mailbox,
            space: space,
            isBusyPolling: isBusyPolling
        )
        thread = try PosixThread(named: "mlsched-decide") {
            onStart()
            body.run()
        }
    }

    /// Changes to another model between two batches: a new generation, filled before it is seen.
    ///
    /// - Throws: `SchemaError`, before anything has changed, for a model that cannot be fed.
    public func replaceModel(with model: Model) async throws {
        _ = try FeatureSchema(model)
        try await withCheckedThrowingContinuation { continuation in
            post(.replaceModel(model, continuation))
        }
    }

    /// Hands out what was measured since the last time, and starts anew.
    ///
    /// Returns nil after ``stop()``.
    public func takeMeasurements() async -> PipelineMeasurements? {
        await withCheckedContinuation { continuation in
            takeMeasurements { continuation.resume(returning: $0) }
        }
    }

    /// The same for those who do not suspend.
    ///
    /// - Parameter receive: called on the loop's own thread, between two batches.
    public func takeMeasurements(_ receive: @escaping @Sendable (PipelineMeasurements?) -> Void) {
        post(.takeMeasurements(receive))
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
    private var pipeline: Pipeline<Source, PatternScorer, Sink, MonotonicClock>
    private let waiter: RingWaiter
    private let mailbox: Mailbox
    private let space: PatternSpace
    private let isBusyPolling: Bool

    init(
        pipeline: consuming Pipeline<Source, PatternScorer, Sink, MonotonicClock>,
        waiter: consuming RingWaiter,
        mailbox: Mailbox,
        space: PatternSpace,
        isBusyPolling: Bool
    ) {
        self.pipeline = pipeline
        self.waiter = waiter
        self.mailbox = mailbox
        self.space = space
        self.isBusyPolling = isBusyPolling
    }

    func run() {
        var idlePolls = 0
        while true {
            if mailbox.hasMessages, !handleMessages() { return }
            idlePolls = pipeline.step() > 0 || pipeline.anticipate() ? 0 : idlePolls + 1
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
                return false
            case .takeMeasurements(let receive):
                receive(pipeline.measurements)
                pipeline.measurements = PipelineMeasurements()
            case .replaceModel(let model, let continuation):
                continuation.resume(with: Result { try replace(model) })
            }
        }
        return true
    }

    private func replace(_ model: Model) throws {
        pipeline.changeMaker(to: try PatternScorer(model: model, space: space))
    }
}
