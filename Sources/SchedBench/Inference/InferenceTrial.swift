/// The measurements of one subject at one batch size, collected over the rounds.
struct InferenceTrial {
    /// Rows in the batch.
    let rows: Int
    /// Mean time of calls back to back, ns, one value a round: the median over its blocks.
    private(set) var calls: [Double] = []
    /// The same where each call waits for the one before; for a batch of one.
    private(set) var chained: [Double] = []
    /// Calls timed one by one.
    private(set) var histogram = LatencyHistogram()
    private var callsPerBlock = 1

    init(rows: Int) {
        self.rows = rows
    }

    /// One round: warm, then half of the time in blocks, half in single calls.
    mutating func measure<Subject: InferenceSubject & ~Copyable>(
        _ subject: inout Subject,
        watch: Stopwatch,
        nanoseconds: UInt64
    ) {
        warmUp(&subject, watch: watch, nanoseconds: nanoseconds / 8)
        let rows = rows
        calls.append(blocks(watch, nanoseconds / 2) { subject.evaluate(rows: rows) })
        if rows == 1 {
            chained.append(blocks(watch, nanoseconds / 4) { subject.evaluateChained() })
        }
        let end = watch.now() &+ nanoseconds / 2
        var start: UInt64
        repeat {
            // Recording is no part of the next call.
            start = watch.now()
            subject.evaluate(rows: rows)
            histogram.record(watch.duration(from: start, to: watch.now()))
        } while start < end
    }

    /// Runs the subject until its caches, its pages and the core's clock are as they will be, and
    /// finds how many calls make a block.
    private mutating func warmUp<Subject: InferenceSubject & ~Copyable>(
        _ subject: inout Subject,
        watch: Stopwatch,
        nanoseconds: UInt64
    ) {
        let start = watch.now()
        var count: UInt64 = 0
        repeat {
            subject.evaluate(rows: rows)
            count += 1
        } while watch.now() &- start < nanoseconds
        let perCall = max(1, (watch.now() &- start) / count)
        callsPerBlock = max(1, Int(Self.blockNanoseconds / perCall))
    }

    /// The median over blocks of the mean time of a call, ns.
    private func blocks(_ watch: Stopwatch, _ nanoseconds: UInt64, _ call: () -> Void) -> Double {
        var times: [Double] = []
        let end = watch.now() &+ nanoseconds
        repeat {
            let start = watch.now()
            for _ in 0..<callsPerBlock { call() }
            let time = watch.duration(from: start, to: watch.now())
            times.append(Double(time) / Double(callsPerBlock))
        } while watch.now() < end
        return Sample(times)?.median ?? .infinity
    }

    /// Long beside a reading of the clock, short beside a time slice of the scheduler.
    private static let blockNanoseconds: UInt64 = 20_000
}
