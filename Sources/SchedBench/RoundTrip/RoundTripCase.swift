/// One case of the round trip: how often requests come, from which CPU, and how they are awaited.
public struct RoundTripCase: Equatable, Sendable {
    /// Whether the daemon's thread never sleeps.
    public let isBusyPolling: Bool
    /// Requests a second; nil for as many as the kernel can send.
    public let rate: Int?
    /// Whether the requests come from the CPU on which they are answered.
    public let isSameCPU: Bool

    /// Whether one model after the other is replaced meanwhile, on a machine of 256 CPUs.
    public let isReloading: Bool

    /// A case.
    public init(
        isBusyPolling: Bool,
        rate: Int?,
        isSameCPU: Bool = false,
        isReloading: Bool = false
    ) {
        self.isReloading = isReloading
        self.isBusyPolling = isBusyPolling
        self.rate = rate
        self.isSameCPU = isSameCPU
    }

    /// Those of a usual run.
    ///
    /// Busy polling leaves no CPU for a sender beside it.
    public static let usual: [RoundTripCase] =
        [100, 1000, 10_000, 100_000, 200_000].map { .init(isBusyPolling: false, rate: $0) }
        + [100, 1000, 10_000].map { .init(isBusyPolling: false, rate: $0, isSameCPU: true) }
        + [100, 1000, 10_000, 100_000, 200_000].map { .init(isBusyPolling: true, rate: $0) }
        + [.init(isBusyPolling: false, rate: nil), .init(isBusyPolling: true, rate: nil)]
        + [.init(isBusyPolling: false, rate: 1000, isReloading: true)]

    /// Whether the daemon's thread sleeps between two requests, which it does for less than
    /// 100,000 a second.
    var isSleeping: Bool { !isReloading && !isBusyPolling && rate.map { $0 <= 10_000 } ?? false }

    /// Its schedule for so long.
    ///
    /// A sender with a CPU of its own looks at the clock, unless it has the time to sleep.
    func schedule(_ nanoseconds: UInt64) -> SendingSchedule {
        SendingSchedule(
            rate: rate,
            nanoseconds: nanoseconds,
            isSpinning: !isSameCPU && rate.map { $0 > 2000 } ?? false
        )
    }

    /// What results call it.
    public var name: String {
        let wait = isBusyPolling ? "busy" : "epoll"
        let place = isSameCPU ? "same CPU" : "other CPU"
        let reloads = isReloading ? ", reloading for 256 CPUs" : ""
        return "\(wait), \(rate.map { "\($0)/s" } ?? "saturated"), \(place)\(reloads)"
    }
}
