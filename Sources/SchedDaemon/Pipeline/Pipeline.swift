internal import CMLSchedABI
public import MLSched

/// The way of a decision: requests → batch → scores → decisions → map.
///
/// Knows the order of the stages, which do not know each other. One thread owns it and calls
/// ``step()`` again and again; nothing in it waits, locks or allocates. A batch ends when the
/// source is drained or ``maximumBatch`` requests are there. As nothing waits for a batch to fill,
/// collecting one takes microseconds, and the bound of 1 ms on it needs no clock.
public struct Pipeline<
    Source: RequestSource & ~Copyable,
    Maker: DecisionMaker & ~Copyable,
    Sink: DecisionSink & ~Copyable,
    Clock: NanosecondClock
>: ~Copyable {
    /// Requests that are decided together, at most.
    public static var maximumBatch: Int { 32 }

    /// What the pipeline has measured since somebody last took it.
    public var measurements = PipelineMeasurements()

    private var source: Source
    private var maker: Maker
    private var sink: Sink
    private let clock: Clock
    private let requests: UnsafeMutableBufferPointer<mls_request>
    private let patterns: UnsafeMutableBufferPointer<UInt32>
    private let decisions: UnsafeMutableBufferPointer<UInt8>
    private let patternCount: UInt32
    private var neighbourhood: Neighbourhood

    /// Puts the stages in line.
    ///
    /// - Parameters:
    ///   - source: where requests come from.
    ///   - maker: what decides on them.
    ///   - sink: where decisions go.
    ///   - clock: measures the stages.
    ///   - space: the patterns of this run; a request beyond them is dropped and counted.
    public init(
        source: consuming Source,
        maker: consuming Maker,
        sink: consuming Sink,
        clock: Clock,
        space: PatternSpace
    ) {
        self.source = source
        self.maker = maker
        self.sink = sink
        self.clock = clock
        patternCount = UInt32(space.count)
        neighbourhood = Neighbourhood(in: space)
        requests = .allocate(capacity: Self.maximumBatch)
        patterns = .allocate(capacity: Self.maximumBatch)
        decisions = .allocate(capacity: Self.maximumBatch)
        decisions.initialize(repeating: 0)
    }

    deinit {
        requests.deallocate()
        patterns.deallocate()
        decisions.deallocate()
    }

    /// Answers at most one batch of the requests that are there now.
    ///
    /// - Returns: how many requests were taken; 0 when there were none.
    public mutating func step() -> Int {
        let taken = source.take(into: requests)
        guard taken > 0 else { return 0 }
        let count = collectPatterns(of: taken)
        guard count > 0 else { return taken }
        // SAFETY: `count` is at most `maximumBatch`, the capacity of all three buffers, and
        // `collectPatterns` has written that many patterns.
        let batch = UnsafeBufferPointer(rebasing: patterns[..<count])
        let answers = UnsafeMutableBufferPointer(rebasing: decisions[..<count])
        let start = clock.now()
        maker.decide(batch, into: answers)
        let decided = clock.now()
        sink.publish(UnsafeBufferPointer(answers), for: batch)
        measurements.record(
            UnsafeBufferPointer(rebasing: requests[..<taken]),
            inference: decided &- start,
            visible: clock.now()
        )
        neighbourhood.centre(on: patterns[count - 1])
        return taken
    }

    /// Sees to it that the next request wakes whoever waits for the source.
    ///
    /// - Returns: whether to wait; false when requests have come meanwhile.
    public mutating func prepareToWait() -> Bool { source.prepareToWait() }

    /// Decides on a batch of patterns that nobody has asked for yet, but are likely next: those
    /// around the last request.
    ///
    /// For when there are no requests; looks at few patterns, as one may come meanwhile.
    ///
    /// - Returns: whether there are more to look at; false when the neighbourhood is decided.
    public mutating func anticipate() -> Bool {
        var count = 0
        var looked = 0
        while looked < Self.maximumBatch, let pattern = neighbourhood.next() {
            looked += 1
            guard sink.isOpen(pattern) else { continue }
            patterns[count] = pattern
            count += 1
        }
        guard count > 0 else { return looked > 0 }
        // SAFETY: `count` is at most the capacity of both buffers; that many patterns are written.
        let batch = UnsafeBufferPointer(rebasing: patterns[..<count])
        let answers = UnsafeMutableBufferPointer(rebasing: decisions[..<count])
        maker.decide(batch, into: answers)
        sink.publish(UnsafeBufferPointer(answers), for: batch)
        measurements.anticipated &+= UInt64(count)
        return true
    }

    /// Lets another maker decide from now on, in a new generation of decisions.
    public mutating func changeMaker(to maker: consuming Maker) {
        self.maker = maker
        sink.beginGeneration(deciding: &self.maker)
    }

    /// The patterns of a batch, without those that no space of this run has.
    private mutating func collectPatterns(of taken: Int) -> Int {
        var count = 0
        for index in 0..<taken {
            let pattern = requests[index].pattern
            guard pattern < patternCount else {
                measurements.foreignRequests += 1
                continue
            }
            patterns[count] = pattern
            count += 1
        }
        return count
    }
}
