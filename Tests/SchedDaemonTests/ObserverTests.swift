import CMLSchedABI
import DefaultWeights
import Glibc
import LinuxSystem
import Testing

@testable import SchedDaemon

/// The observer on this machine's own kernel, against what the kernel itself counts.
@Suite(.serialized) struct ObserverTests {
    static let isPossible =
        access("/sys/kernel/btf/vmlinux", R_OK) == 0 && geteuid() == 0
        && sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

    /// Two domains of this machine's CPUs, whatever their caches.
    private static func plan() throws -> SchedulerPlan {
        let online = try CPUTopology().online.cpus
        let half = online.count / 2
        return try SchedulerPlan(
            grouping: .lists([CPUList(online[..<half]), CPUList(online[half...])])
        )
    }

    @Test(
        "it counts as many migrations as the kernel's own tracing, within 1 %",
        .enabled(if: isPossible)
    )
    func migrations() throws {
        let trace = try MigrationTrace()
        let plan = try Self.plan()
        let observer = try LoadedObserver(plan: plan, tableLimit: 32 << 20).attach()
        let before = (try observer.counters(), try trace.count())
        try Self.move(across: plan.topology.online.cpus, times: 3000)
        let after = (try observer.counters(), try trace.count())
        let counted = after.0.since(before.0)
        let (own, kernel) = (Int(counted[MLS_OBSERVED_MIGRATIONS]), after.1 - before.1)
        // Every visit but the first, if the thread is there already, is a migration.
        #expect(kernel >= 2999)
        #expect(abs(own - kernel) <= kernel / 100)
    }

    @Test(
        "every migration across domains is agreed with, vetoed, undecided or forced",
        .enabled(if: isPossible)
    )
    func verdicts() throws {
        let plan = try Self.plan()
        let loaded = try LoadedObserver(plan: plan, tableLimit: 32 << 20)
        let log = RequestLog()
        let loop = try loaded.decide(with: try DefaultModel.load(), log: log)
        let observer = try loaded.attach()
        CPUVisit.all(plan.topology.online)
        try Self.move(across: plan.topology.online.cpus, times: 1000)
        loop.stop()
        let counters = try observer.counters()
        let across = counters[MLS_OBSERVED_ACROSS]
        let parts = [
            MLS_OBSERVED_AGREED, MLS_OBSERVED_VETOED, MLS_OBSERVED_UNDECIDED, MLS_OBSERVED_FORCED,
        ].map { counters[$0] }
        #expect(across > 500)
        // The kernel goes on while the counters are read, a migration or two ahead.
        #expect(across - min(across, parts.reduce(0, +)) <= 2)
        #expect(counters[MLS_OBSERVED_FORCED] > 500)
        let sent = try observer.requests()[MLS_REQUESTS_SENT]
        #expect(UInt64(log.drain().count + log.lost) <= sent)
    }

    @Test("what is written down is what was asked and answered, in its order")
    func log() {
        let log = RequestLog(capacity: 4)
        let requests = UnsafeMutableBufferPointer<mls_request>.allocate(capacity: 3)
        defer { requests.deallocate() }
        for (index, pattern) in [7, 900, 8].enumerated() {
            var request = mls_request()
            request.pattern = UInt32(pattern)
            requests.initializeElement(at: index, to: request)
        }
        for _ in 0..<3 {
            log.note(requests[..<3])
            // The pipeline leaves out the pattern that the machine does not have.
            let patterns: [UInt32] = [7, 8]
            let decisions = [MLS_STAY, MLS_MIGRATE].map { UInt8($0.rawValue) }
            patterns.withUnsafeBufferPointer { patterns in
                decisions.withUnsafeBufferPointer { log.record($0, for: patterns) }
            }
        }
        let drained = log.drain()
        #expect(drained.map(\.request.pattern) == [7, 8, 7, 8])
        #expect(drained.map { Int32($0.decision) } == [2, 3, 2, 3])
        #expect(log.lost == 2)
        #expect(log.drain().isEmpty)
    }

    /// Lets this thread run on one CPU after the other, which the kernel counts as migrations.
    private static func move(across cpus: [Int], times: Int) throws {
        for time in 0..<times { try ThisThread.visit(cpus[time % cpus.count]) }
    }
}

/// A trace buffer of its own that counts `sched_migrate_task`, removed with its owner.
///
/// Its tracefs is its own too: not every machine has one mounted.
private struct MigrationTrace: ~Copyable {
    private let root: String
    private let path: String

    init() throws {
        root = "/tmp/mlsched-tracefs-\(getpid())"
        path = "\(root)/instances/mlsched-test"
        try #require(mkdir(root, 0o700) == 0, "no directory for tracefs: error \(errno)")
        try #require(
            mount("tracefs", root, "tracefs", 0, nil) == 0,
            "tracefs cannot be mounted: error \(errno)"
        )
        try #require(mkdir(path, 0o700) == 0, "tracefs takes no instance: error \(errno)")
        SysfsFile("\(path)/events/sched/sched_migrate_task/enable").write("1")
    }

    deinit {
        SysfsFile("\(path)/events/sched/sched_migrate_task/enable").write("0")
        rmdir(path)
        umount2(root, Int32(MNT_DETACH))
        rmdir(root)
    }

    /// Events so far, those too that the buffer has no room for any more.
    func count() throws -> Int {
        try CPUTopology().online.cpus.reduce(0) { sum, cpu in
            let text = try #require(SysfsFile("\(path)/per_cpu/cpu\(cpu)/stats").text())
            let counts = text.split(separator: "\n").filter {
                $0.hasPrefix("entries:") || $0.hasPrefix("overrun:")
            }
            return sum
                + counts.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
                .reduce(0, +)
        }
    }
}
