extension SimWorkload {
    /// A load of the same kind with other numbers: how long tasks run and sleep, what they touch,
    /// how many there are and what they weigh, drawn anew.
    ///
    /// Tasks that are tied to channels of their own keep their number, and so do single ones; runs
    /// of some microseconds are not made shorter.
    ///
    /// - Parameter seed: the same seed gives the same load.
    /// - Returns: the other load.
    public func varied(by seed: UInt64) -> SimWorkload {
        var random = SplitMix64(seed: seed)
        var varied = self
        for index in tasks.indices { varied.tasks[index].vary(with: &random) }
        return varied
    }
}

extension SimTask {
    /// 2^(1/4) to its powers, −8 to 8: written out, so that every machine multiplies by the same.
    private static let factors = [
        0.25, 0.297302, 0.353553, 0.420448, 0.5, 0.594604, 0.707107, 0.840896, 1.0, 1.189207,
        1.414214, 1.681793, 2.0, 2.378414, 2.828427, 3.363586, 4.0,
    ]
    /// sched_ext's weights of nice 10, 5, 0 (half of all), −5 and −10.
    private static let weights = [11, 33, 100, 100, 100, 100, 305, 932]

    fileprivate mutating func vary(with random: inout SplitMix64) {
        let runs = Self.factor(with: &random)
        let sleeps = Self.factor(with: &random)
        let size = Self.factor(with: &random) * Self.factor(with: &random)
        let number = Self.factor(with: &random).squareRoot()
        let weight = Self.weights[Int(random.next() % UInt64(Self.weights.count))]
        guard !isHigher, !isKernelThread else { return }
        program = program.map { step in
            switch step {
            case .run(let draw):
                .run(draw.scaled(by: draw.isShort ? max(1, runs) : runs, most: 1 << 40))
            case .sleep(let draw): .sleep(draw.scaled(by: sleeps, most: 1 << 40))
            case .join(let children): .join(atMost: Int(Double(children) * number))
            default: step
            }
        }
        footprint = footprint.scaled(by: size, most: 64 << 20)
        if count > 1, channelStride == 0 { count = max(1, Int(Double(count) * number)) }
        self.weight = weight
    }

    private static func factor(with random: inout SplitMix64) -> Double {
        factors[Int(random.next() % UInt64(factors.count))]
    }
}

extension SimDraw {
    fileprivate var isShort: Bool {
        switch self {
        case .constant(let value), .uniform(let value, _), .exponential(let value, _),
            .logUniform(let value, _):
            value < 100_000
        }
    }

    fileprivate func scaled(by factor: Double, most: UInt64) -> SimDraw {
        func scale(_ value: UInt64) -> UInt64 { min(most, UInt64(Double(value) * factor)) }
        return switch self {
        case .constant(let value): .constant(scale(value))
        case .uniform(let low, let high): .uniform(scale(low), scale(high))
        case .exponential(let mean, let high): .exponential(mean: scale(mean), most: scale(high))
        case .logUniform(let low, let high): .logUniform(scale(low), scale(high))
        }
    }
}
