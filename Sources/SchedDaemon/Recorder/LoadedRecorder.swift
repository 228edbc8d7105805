internal import BPFPrograms
internal import BPFRuntime
internal import Glibc

/// The recorder in the kernel, not watching yet.
struct LoadedRecorder: ~Copyable {
    private let object: LoadedObject
    private let cpuIDCount: Int

    /// Loads the recorder.
    ///
    /// - Parameters:
    ///   - cpuIDCount: the highest CPU id that can come online, plus one.
    ///   - isMeasured: load the empty program, too, that tells what measuring takes.
    /// - Throws: `BPFError` naming what the kernel refused.
    init(cpuIDCount: Int, isMeasured: Bool) throws(BPFError) {
        var open = try OpenObject(.record)
        try open.setLoaded(isMeasured, program: AttachedRecorder.nothing)
        try open.setVariable("mls_nr_cpu_ids", to: UInt32(cpuIDCount))
        try open.setVariable("mls_page_shift", to: Self.pageShift)
        try open.setMaxEntries(of: "cpus", to: UInt32(cpuIDCount))
        try open.setMaxEntries(of: "records", to: Self.ringBytes(cpus: cpuIDCount))
        object = try open.load()
        self.cpuIDCount = cpuIDCount
    }

    /// The way out of the kernel for what is recorded.
    borrowing func stream() throws(BPFError) -> RecordStream {
        let ring = try object.ringBuffer("records")
        let cpus = try object.map("cpus")
        let tasksDropped = try object.variable("tasks_dropped", of: UInt64.self)
        return RecordStream(
            ring: ring,
            cpus: cpus,
            tasksDropped: tasksDropped,
            cpuIDCount: cpuIDCount
        )
    }

    /// Begins to watch.
    ///
    /// - Throws: `BPFError` when the kernel lacks a tracepoint.
    borrowing func attach(isMeasured: Bool) throws(BPFError) -> AttachedRecorder {
        try AttachedRecorder(object, isMeasured: isMeasured)
    }

    /// Two MiB a CPU hold a second of a quarter of a million events on each; the reader comes
    /// fifty times a second.
    private static func ringBytes(cpus: Int) -> UInt32 {
        let wanted = UInt32(min(max(cpus, 8), 128) * 2 << 20)
        return wanted.nonzeroBitCount == 1 ? wanted : 1 << (32 - wanted.leadingZeroBitCount)
    }

    private static let pageShift = UInt32(getpagesize().trailingZeroBitCount)
}
