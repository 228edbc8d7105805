internal import CMLSchedABI
public import MLSched

/// The path of a decision: requests → batch → scores → decisions → map.
///
/// Knows the order of the stages, which do not know each other. One thread owns it and calls
/// ``step()`` again and again; nothing in it waits, locks or allocates. A batch ends when the
/// source is drained or ``maximumBatch`` requests are there. As nothing waits for a batch to fill,
/// collecting one takes microseconds, and the bound of 1 ms on it needs no clock.
///
/// Between two steps the thread may do one slice of other work: decide on patterns that are likely
/// to be asked for next, or fill the next generation of decisions.
public struct Pipeline<
    Source: RequestSource & ~Copyable,
    Maker: DecisionMaker & ~Copyable,
    Sink: DecisionSink & ~Copyable,
    Clock: NanosecondClock
>: ~Copyable {
    /// Requests that are decided together, at most.
    public static var maximumBatch: Int { 32 }

    /// Patterns of the next generation that are decided together: some 50 µs of the network's time,
    /// and 0.4 ms where OpenBLAS has no kernels for the CPU.
    public static var fillSlice: Int { 512 }

    /// What the pipeline has measured.
    public private(set) var measurements = PipelineMeasurements()

    private var source: Source
    private var maker: Maker
    private var sink: Sink
    private let clock: Clock
    private let requests: UnsafeMutableBufferPointer<mls_request>
    private let patterns: UnsafeMutableBufferPointer<UInt32>
    private let decisions: UnsafeMutableBufferPointer<UInt8>
    private let patternCount: Int
    private var neighbourhood: Neighbourhood
    private let order: FillOrder
    private var next: NextGeneration?

    /// A pipeline of the given stages.
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
        patternCount = space.count
        neighbourhood = Neighbourhood(in: space)
        order = FillOrder(of: space)
        next = nil
        requests = .allocate(capacity: Self.maximumBatch)
        patterns = .allocate(capacity: Self.fillSlice)
        decisions = .allocate(capacity: Self.fillSlice)
        decisions.initialize(repeating: 0)
        guard let network = self.maker.network else { return }
        self.sink.stage(network)
        self.sink.commit()
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
        let (batch, answers) = slice(count)
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
        let (batch, answers) = slice(count)
        maker.decide(batch, into: answers)
        sink.publish(UnsafeBufferPointer(answers), for: batch)
        measurements.anticipated &+= UInt64(count)
        return true
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

    /// The first patterns, which have been written, and room for their decisions.
    private func slice(
        _ count: Int
    ) -> (UnsafeBufferPointer<UInt32>, UnsafeMutableBufferPointer<UInt8>) {
        // SAFETY: `count` is at most `fillSlice`, the capacity of both buffers.
        (
            UnsafeBufferPointer(rebasing: patterns[..<count]),
            UnsafeMutableBufferPointer(rebasing: decisions[..<count])
        )
    }
}

extension Pipeline where Source: ~Copyable, Maker: ~Copyable, Sink: ~Copyable {
    /// A generation of decisions that is not in force yet.
    private struct NextGeneration: ~Copyable {
        var maker: Maker
        /// Patterns staged, in their order.
        var staged = 0
        /// Patterns decided among them.
        var decided = 0
        /// Time in the network, ns.
        var spent: UInt64 = 0
        /// What it may become before the rest is left to requests, ns.
        let limit: UInt64
    }

    /// Begins a new generation, decided by another maker; takes the place of one that is begun.
    ///
    /// The one in force goes on until ``fillNext()`` has filled this one.
    ///
    /// - Parameters:
    ///   - maker: decides from then on.
    ///   - limit: for how long to decide beforehand, ns; what is then left is decided on request.
    public mutating func beginGeneration(by maker: consuming Maker, filling limit: UInt64) {
        next = NextGeneration(maker: maker, limit: limit)
    }

    /// Does a slice of the generation that was begun, and puts it into force after the last one.
    ///
    /// - Returns: whether there is more to do; false, too, when none was begun.
    public mutating func fillNext() -> Bool {
        guard var next = next.take() else { return false }
        let isTable = sink.holdsEveryPattern && next.maker.network == nil
        let count = isTable ? min(Self.fillSlice, patternCount - next.staged) : 0
        guard count > 0 else {
            putIntoForce(next)
            return false
        }
        for index in 0..<count { patterns[index] = order[next.staged + index] }
        let (batch, answers) = slice(count)
        if next.spent < next.limit {
            let start = clock.now()
            next.maker.decide(batch, into: answers)
            next.spent &+= clock.now() &- start
            next.decided += count
        } else {
            answers.update(repeating: UInt8(MLS_UNDECIDED.rawValue))
        }
        sink.stage(UnsafeBufferPointer(answers), for: batch)
        next.staged += count
        self.next = consume next
        return true
    }

    private mutating func putIntoForce(_ generation: consuming NextGeneration) {
        sink.stage(generation.maker.network)
        sink.commit()
        measurements.fill = PipelineMeasurements.Fill(
            decided: generation.decided,
            patterns: patternCount,
            nanoseconds: generation.spent
        )
        maker = generation.maker
    }
}
