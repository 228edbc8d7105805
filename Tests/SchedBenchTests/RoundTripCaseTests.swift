import Testing

@testable import SchedBench

@Suite("The cases of the round trip")
struct RoundTripCaseTests {
    /// A case with all that follows from it.
    struct Row: Sendable, CustomTestStringConvertible {
        let trip: RoundTripCase
        let name: String
        /// Whether the daemon's thread sleeps between two requests.
        let isSleeping: Bool
        /// Whether the sender looks at the clock instead of sleeping.
        let isSpinning: Bool

        init(_ trip: RoundTripCase, _ name: String, _ isSleeping: Bool, _ isSpinning: Bool) {
            (self.trip, self.name) = (trip, name)
            (self.isSleeping, self.isSpinning) = (isSleeping, isSpinning)
        }

        var testDescription: String { name }
    }

    private static let rows = [
        Row(.init(isBusyPolling: false, rate: 100), "epoll, 100/s, other CPU", true, false),
        Row(.init(isBusyPolling: false, rate: 2000), "epoll, 2000/s, other CPU", true, false),
        Row(.init(isBusyPolling: false, rate: 2001), "epoll, 2001/s, other CPU", true, true),
        Row(.init(isBusyPolling: false, rate: 10_000), "epoll, 10000/s, other CPU", true, true),
        Row(.init(isBusyPolling: false, rate: 10_001), "epoll, 10001/s, other CPU", false, true),
        Row(
            .init(isBusyPolling: false, rate: 10_000, isSameCPU: true),
            "epoll, 10000/s, same CPU",
            true,
            false
        ),
        Row(.init(isBusyPolling: false, rate: nil), "epoll, saturated, other CPU", false, false),
        Row(.init(isBusyPolling: true, rate: 100), "busy, 100/s, other CPU", false, false),
        Row(.init(isBusyPolling: true, rate: nil), "busy, saturated, other CPU", false, false),
        Row(
            .init(isBusyPolling: false, rate: 1000, isReloading: true),
            "epoll, 1000/s, other CPU, reloading for 256 CPUs",
            false,
            false
        ),
    ]

    @Test("name, sleep and schedule follow from the case", arguments: rows)
    func follows(row: Row) {
        #expect(row.trip.name == row.name)
        #expect(row.trip.isSleeping == row.isSleeping)
        let schedule = row.trip.schedule(12_345)
        #expect(schedule.isSpinning == row.isSpinning)
        #expect(schedule.rate == row.trip.rate && schedule.nanoseconds == 12_345)
    }

    @Test("a usual run has every case once, and none that would share a busy CPU")
    func usual() {
        let names = RoundTripCase.usual.map(\.name)
        #expect(Set(names).count == names.count && names.count == 16)
        #expect(!RoundTripCase.usual.contains { $0.isBusyPolling && $0.isSameCPU })
        // For either way to wait there is how much it can take at most.
        for isBusyPolling in [false, true] {
            #expect(
                RoundTripCase.usual.contains { $0.isBusyPolling == isBusyPolling && $0.rate == nil }
            )
        }
        #expect(RoundTripCase.usual.count(where: \.isReloading) == 1)
    }
}
