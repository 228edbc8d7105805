internal import BPFRuntime
internal import CMLSchedABI

/// The maps in which the scheduler tells what it does.
struct SchedulerMaps: ~Copyable, Sendable {
    private let control: BPFMap
    private let controlWords: MappedArray<UInt32>
    private let counterMap: BPFMap
    private let domains: BPFMap
    private let exitDump: MappedArray<UInt8>
    /// Never read: the kernel cancels a map's timers when no process holds it open any more,
    /// though programs use it still (`map_release_uref`, kernel/bpf/syscall.c).
    private let ticks: BPFMap

    init(_ object: borrowing LoadedObject) throws(BPFError) {
        let control = try object.map("control")
        let controlWords = try MappedArray<UInt32>(control)
        let counterMap = try object.map("counters")
        let domains = try object.map("domains")
        let exitDump = try MappedArray<UInt8>(object.map("exit_dump"))
        let ticks = try object.map("ticks")
        self.control = control
        self.controlWords = controlWords
        self.counterMap = counterMap
        self.domains = domains
        self.exitDump = exitDump
        self.ticks = ticks
    }

    /// Costs one read of memory for as long as the scheduler is attached.
    borrowing func exitReport() -> ExitReport? {
        let kindOffset =
            (MemoryLayout<mls_control>.offset(of: \.exit) ?? 0)
            + (MemoryLayout<mls_exit_info>.offset(of: \.kind) ?? 0)
        guard controlWords[kindOffset / MemoryLayout<UInt32>.size] != 0,
            let state: mls_control = try? control.value(of: UInt32(0))
        else { return nil }
        return ExitReport(state.exit, dump: state.exit.kind >= 1024 ? dumpText() : "")
    }

    private borrowing func dumpText() -> String {
        var bytes: [UInt8] = []
        while bytes.count < exitDump.count, exitDump[bytes.count] != 0 {
            bytes.append(exitDump[bytes.count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    borrowing func counters() throws(BPFError) -> SchedulerCounters {
        let rows: [mls_counters] = try counterMap.perCPUValues(of: UInt32(0))
        return SchedulerCounters(summing: rows)
    }

    borrowing func domainLoads(of plan: SchedulerPlan) throws(BPFError) -> [Double] {
        try plan.loads(from: domains)
    }
}

extension SchedulerPlan {
    /// The load of each domain now, 0 – 1, out of the map `domains` of either program.
    func loads(from map: borrowing BPFMap) throws(BPFError) -> [Double] {
        let now = MonotonicClock().now()
        var loads: [Double] = []
        for (index, domain) in domains.enumerated() {
            let view: mls_domain_view? = try map.value(of: UInt32(index))
            let load = view.map { mls_load_value($0.load, UInt32(domain.cpus.count), now) } ?? 0
            loads.append(Double(load) / Double(1 << MLS_LOAD_SHIFT))
        }
        return loads
    }
}
