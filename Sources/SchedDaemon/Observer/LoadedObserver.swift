internal import BPFPrograms
internal import BPFRuntime
internal import MLPInference
internal import MLSched

/// The observer in the kernel, not watching yet.
struct LoadedObserver: ~Copyable {
    let plan: SchedulerPlan
    private let object: LoadedObject
    private let isMeasured: Bool

    /// Loads the observer.
    ///
    /// - Parameters:
    ///   - plan: the machine.
    ///   - tableLimit: bytes up to which decisions are a table.
    ///   - isMeasured: load the empty program, too, that tells what measuring takes.
    /// - Throws: `BPFError` naming what the kernel refused.
    init(plan: SchedulerPlan, tableLimit: Int, isMeasured: Bool = false) throws(BPFError) {
        var open = try OpenObject(.observe)
        try open.setLoaded(isMeasured, program: AttachedObserver.nothing)
        try plan.configure(&open)
        try DecisionStore.configure(&open, space: plan.space, tableLimit: tableLimit)
        let object = try open.load()
        self.plan = plan
        self.object = object
        self.isMeasured = isMeasured
    }

    /// Starts to answer what the observer asks.
    ///
    /// - Parameters:
    ///   - model: decides.
    ///   - log: takes every request and its answer; nil: nobody wants them.
    /// - Returns: the loop that answers until it is stopped.
    /// - Throws: `BPFError` when a map cannot be used, `SchemaError` for a model that cannot be fed.
    borrowing func decide(with model: Model, log: RequestLog?) throws -> DecisionLoop {
        let ring = try object.ringBuffer("requests")
        let waiter = try RingWaiter(ring)
        let store = try DecisionStore(object, space: plan.space)
        guard let log else {
            return try DecisionLoop(
                source: ring,
                waiter: waiter,
                sink: store,
                space: plan.space,
                model: model
            )
        }
        return try DecisionLoop(
            source: RecordedRing(ring, log: log),
            waiter: waiter,
            sink: RecordedStore(store, log: log),
            space: plan.space,
            model: model
        )
    }

    /// Begins to watch.
    ///
    /// - Throws: `BPFError` when the kernel lacks a tracepoint.
    consuming func attach() throws(BPFError) -> AttachedObserver {
        try AttachedObserver(object, plan: plan, isMeasured: isMeasured)
    }
}
