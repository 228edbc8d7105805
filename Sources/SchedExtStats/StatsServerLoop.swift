internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Tells a server's thread to end.
final class Stopper: Sendable {
    private let flag = Atomic(false)
    private let bell: Bell

    init() throws(SystemError) {
        bell = try Bell()
    }

    var raw: Int32 { bell.descriptor.raw }

    var isStopped: Bool { flag.load(ordering: .acquiring) }

    func stop() {
        flag.store(true, ordering: .releasing)
        bell.ring()
    }
}

/// What the server's thread does, and all that belongs to it alone.
final class StatsServerLoop: @unchecked Sendable {
    // @unchecked: created on one thread and handed to another, which is then the only user.
    private let socket: ListeningSocket
    private let stopper: Stopper
    private let limit: Int
    private let makeAnswer: () -> (StatsRequest) -> [UInt8]
    private let clock = MonotonicClock()
    private var connections: [StatsConnection] = []

    init(
        _ socket: consuming ListeningSocket,
        stopper: Stopper,
        limit: Int,
        makeAnswer: @escaping () -> (StatsRequest) -> [UInt8]
    ) {
        self.socket = socket
        self.stopper = stopper
        self.limit = limit
        self.makeAnswer = makeAnswer
    }

    func run() {
        while !stopper.isStopped {
            var waits = [poll(for: stopper.raw), poll(for: socket.descriptor.raw)]
            waits += connections.map { poll(for: $0.descriptor.raw, $0.events) }
            let ready = Glibc.poll(&waits, nfds_t(waits.count), -1)
            // Fails for a signal, or for want of memory, which passes.
            guard ready > 0, !stopper.isStopped else { continue }
            serve(waits.dropFirst(2).map { $0.revents != 0 })
            if waits[1].revents != 0 { acceptNext() }
            usleep(Self.pause)
        }
        connections = []
    }

    private func serve(_ isReady: [Bool]) {
        let now = clock.now()
        connections = zip(connections, isReady).compactMap { connection, isReady in
            !isReady || connection.serve(at: now) ? connection : nil
        }
    }

    /// One a round, so that many new connections do not delay those that are there.
    private func acceptNext() {
        guard let descriptor = socket.accept() else { return }
        if connections.count >= limit,
            let idlest = connections.indices.min(by: {
                connections[$0].lastActivity < connections[$1].lastActivity
            })
        {
            connections.remove(at: idlest)
        }
        connections.append(StatsConnection(descriptor, at: clock.now(), makeAnswer()))
    }

    private func poll(for descriptor: Int32, _ events: Int16 = Int16(POLLIN)) -> pollfd {
        pollfd(fd: descriptor, events: events, revents: 0)
    }

    /// Microseconds between two rounds: bounds what a hostile client can make the thread do.
    private static let pause: useconds_t = 500
}
