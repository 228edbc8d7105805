internal import CSchedSim

/// A time that a task ran on a CPU without a break.
public struct SimSpan: Equatable, Sendable {
    /// From when, ns from the beginning.
    public let from: UInt64
    /// Until when, ns from the beginning.
    public let to: UInt64
    /// The task, by its place in the simulation.
    public let task: Int
    /// The task of the workload that it is an instance of.
    public let template: Int
    /// The CPU.
    public let cpu: Int
    /// Time paid to fill caches at its beginning, ns.
    public let refill: UInt64
}

/// What receives spans, so that C can hold on to it.
final class SpanReceiver {
    let receive: (SimSpan) -> Void

    init(_ receive: @escaping (SimSpan) -> Void) { self.receive = receive }
}

extension Simulation {
    /// Passes on each span as it ends, from now on, in both branches of a decision, too.
    public mutating func traceSpans(_ receive: @escaping (SimSpan) -> Void) {
        let receiver = SpanReceiver(receive)
        trace = receiver
        // SAFETY: `trace` keeps the receiver for as long as the simulation may call it.
        mls_sim_set_trace(
            sim,
            { context, span in
                guard let context, let span = span?.pointee else { return }
                let receiver = Unmanaged<SpanReceiver>.fromOpaque(context).takeUnretainedValue()
                receiver.receive(
                    SimSpan(
                        from: span.from_ns,
                        to: span.to_ns,
                        task: Int(span.task),
                        template: Int(span.template),
                        cpu: Int(span.cpu),
                        refill: UInt64(span.refill_ns)
                    )
                )
            },
            Unmanaged.passUnretained(receiver).toOpaque()
        )
    }
}
