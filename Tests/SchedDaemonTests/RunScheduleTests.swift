import Testing

@testable import SchedDaemon

@Suite struct RunScheduleTests {
    private typealias Schedule = RunSchedule<ManualTime.Instant>
    private static let hotplug = ExitReport(kind: 66, code: 1 << 48, reason: "hotplug", message: "")
    private static let stall = ExitReport(kind: 1026, code: 0, reason: "stall", message: "")

    /// A schedule whose first attachment was made at one second.
    private static func attached(
        interval: Duration? = nil,
        duration: Duration? = nil,
        budget: RestartBudget<ManualTime.Instant> = RestartBudget()
    ) -> Schedule {
        var schedule = Schedule(interval: interval, duration: duration, budget: budget)
        #expect(schedule.next(at: .seconds(0), seeing: .init()) == .attach(isAgain: false))
        _ = schedule.next(at: .seconds(1), seeing: .init())
        return schedule
    }

    @Test("it looks ten times a second, and as soon as something is due")
    func waits() {
        var plain = Self.attached()
        #expect(plain.next(at: .seconds(1), seeing: .init()) == .wait(until: .seconds(1.1)))
        var reporting = Self.attached(interval: .milliseconds(30))
        let wait = reporting.next(at: .seconds(1), seeing: .init())
        #expect(wait == .wait(until: .seconds(1.03)))
    }

    @Test("the duration counts from the first attachment, not from the start")
    func duration() {
        var schedule = Self.attached(duration: .seconds(2))
        #expect(schedule.next(at: .seconds(2.95), seeing: .init()) == .wait(until: .seconds(3)))
        #expect(schedule.next(at: .seconds(3), seeing: .init()) == .detach(isFinal: true))
        #expect(schedule.next(at: .seconds(3), seeing: .init()) == .finish)
    }

    @Test("reports keep their beat, and what a busy machine missed is not made up for")
    func reports() {
        var schedule = Self.attached(interval: .seconds(1))
        #expect(schedule.next(at: .seconds(2.01), seeing: .init()) == .report)
        #expect(schedule.next(at: .seconds(2.99), seeing: .init()) == .wait(until: .seconds(3)))
        #expect(schedule.next(at: .seconds(7), seeing: .init()) == .report)
        #expect(schedule.next(at: .seconds(7.01), seeing: .init()) == .wait(until: .seconds(7.11)))
        #expect(schedule.next(at: .seconds(7.5), seeing: .init()) == .report)
    }

    @Test("a reload is done at once and once")
    func reload() {
        var schedule = Self.attached()
        #expect(schedule.next(at: .seconds(1), seeing: .init(isReloadDue: true)) == .reload)
        #expect(schedule.next(at: .seconds(1), seeing: .init()) == .wait(until: .seconds(1.1)))
    }

    @Test("after hotplug it attaches again, and the duration goes on")
    func hotplug() {
        var schedule = Self.attached(duration: .seconds(10))
        let found = RunFindings(exit: Self.hotplug)
        #expect(schedule.next(at: .seconds(5), seeing: found) == .detach(isFinal: false))
        #expect(schedule.next(at: .seconds(5), seeing: found) == .attach(isAgain: true))
        #expect(schedule.next(at: .seconds(6), seeing: .init()) == .wait(until: .seconds(6.1)))
        #expect(schedule.next(at: .seconds(11), seeing: .init()) == .detach(isFinal: true))
    }

    @Test("an error, or an end that was asked for, is the end", arguments: [true, false])
    func end(isCancelled: Bool) {
        var schedule = Self.attached()
        let found = RunFindings(
            exit: isCancelled ? Self.hotplug : Self.stall,
            isCancelled: isCancelled
        )
        #expect(schedule.next(at: .seconds(2), seeing: found) == .detach(isFinal: true))
        #expect(schedule.next(at: .seconds(2), seeing: found) == .finish)
    }

    @Test("a storm of hotplug is the end, too")
    func storm() {
        var schedule = Self.attached(budget: RestartBudget(limit: 1, window: .seconds(10)))
        let found = RunFindings(exit: Self.hotplug)
        #expect(schedule.next(at: .seconds(2), seeing: found) == .detach(isFinal: false))
        #expect(schedule.next(at: .seconds(2), seeing: .init()) == .attach(isAgain: true))
        #expect(schedule.next(at: .seconds(3), seeing: found) == .detach(isFinal: true))
    }

    @Test("restarts are allowed up to the limit, and again when the window has passed")
    func budget() {
        var budget = RestartBudget<ManualTime.Instant>(limit: 2, window: .seconds(10))
        let allowed = [0.0, 1, 9, 11].map { budget.allowsRestart(at: .seconds($0)) }
        #expect(allowed == [true, true, false, true])
    }
}

/// A host that does nothing but say what it was told to do.
private struct RecordingHost: ~Copyable, RunHost {
    struct Refusal: Error {}

    var calls: [String] = []
    /// What is found at each look, the last one for ever.
    var script: [RunFindings] = [.init()]
    var refusesToAttach = false

    mutating func attach(isAgain: Bool) async throws {
        calls.append(isAgain ? "attach again" : "attach")
        if refusesToAttach { throw Refusal() }
    }

    mutating func look() async throws -> RunFindings {
        script.count > 1 ? script.removeFirst() : script[0]
    }

    mutating func reload() async { calls.append("reload") }

    mutating func report() async throws { calls.append("report") }

    mutating func detach(isFinal: Bool) async throws {
        calls.append(isFinal ? "detach" : "detach for now")
    }
}

@Suite struct RunHostTests {
    private static let hotplug = ExitReport(kind: 66, code: 1 << 48, reason: "hotplug", message: "")

    @Test("a run of three seconds reports twice and lets go")
    func run() async throws {
        var host = RecordingHost()
        let schedule = RunSchedule<ManualTime.Instant>(
            interval: .seconds(1),
            duration: .seconds(3)
        )
        try await host.run(by: schedule, on: ManualTime())
        #expect(host.calls == ["attach", "report", "report", "detach"])
    }

    @Test("hotplug and a new model are followed in between")
    func events() async throws {
        var host = RecordingHost()
        host.script = [
            .init(), .init(isReloadDue: true), .init(exit: Self.hotplug), .init(), .init(),
        ]
        let schedule = RunSchedule<ManualTime.Instant>(interval: nil, duration: .seconds(1))
        try await host.run(by: schedule, on: ManualTime())
        #expect(host.calls == ["attach", "reload", "detach for now", "attach again", "detach"])
    }

    @Test("what cannot attach is the end, with the reason")
    func refusal() async {
        var host = RecordingHost(refusesToAttach: true)
        let schedule = RunSchedule<ManualTime.Instant>(interval: nil, duration: nil)
        var isRefused = false
        do {
            try await host.run(by: schedule, on: ManualTime())
        } catch {
            isRefused = error is RecordingHost.Refusal
        }
        #expect(isRefused)
        #expect(host.calls == ["attach"])
    }

    @Test("a cancelled task lets go")
    func cancellation() async throws {
        let task = Task {
            var host = RecordingHost()
            let schedule = RunSchedule<ManualTime.Instant>(interval: nil, duration: nil)
            withUnsafeCurrentTask { $0?.cancel() }
            try await host.run(by: schedule, on: ManualTime())
            return host.calls
        }
        #expect(try await task.value == ["attach", "detach"])
    }
}
