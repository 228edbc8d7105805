/// A recording as what its tasks do and wait for, without the times at which they did it.
///
/// The loop is closed: a task that another one woke waits for that one, however long it takes this
/// time; what came from outside takes as long as it did. A wake-up that finds nobody asleep is left
/// out, so that as often as somebody waits somebody wakes, in an order that was possible once: a
/// replay cannot lock up. The program that made the recording is left out.
public struct Replay: Equatable, Sendable {
    /// The lives, in the order in which they are first seen.
    public let lives: [RecordedLife]

    /// Follows every task through a recording.
    ///
    /// - Throws: `RecordingError` for one that is not whole, as a lost event may be the one that
    ///   everybody waits for, or in which nobody runs.
    public init(_ recording: Recording, path: String) throws(RecordingError) {
        guard recording.counts.isWhole else {
            throw RecordingError(
                "\(path) is not whole, \(recording.counts.dropped) events were lost: "
                    + "record again on a calmer machine, or a shorter time"
            )
        }
        var follower = LifeFollower(recording)
        lives = follower.lives()
        guard lives.contains(where: { !$0.steps.isEmpty }) else {
            throw RecordingError("\(path) has no task that runs: record a longer time")
        }
    }

    /// A replay of lives given in full.
    public init(lives: [RecordedLife]) {
        self.lives = lives
    }
}
