import Synchronization

/// A clock on which nobody ever waits: whoever sleeps finds the time to have come.
final class ManualTime: Clock {
    struct Instant: InstantProtocol {
        var sinceStart: Duration

        func advanced(by duration: Duration) -> Instant {
            Instant(sinceStart: sinceStart + duration)
        }

        func duration(to other: Instant) -> Duration { other.sinceStart - sinceStart }

        static func < (left: Instant, right: Instant) -> Bool {
            left.sinceStart < right.sinceStart
        }

        static func seconds(_ seconds: Double) -> Instant {
            // Exact to the millisecond, which seconds in binary are not.
            Instant(sinceStart: .milliseconds(Int64((seconds * 1000).rounded())))
        }
    }

    private let time = Mutex(Instant(sinceStart: .zero))

    var now: Instant { time.withLock { $0 } }

    let minimumResolution = Duration.nanoseconds(1)

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
    }
}
