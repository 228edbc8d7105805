internal import BPFRuntime
internal import CMLSchedABI

/// The maps in which the scheduler tells what it does.
///
/// A class, as the owner of the attachment shares it with all who read statistics.
final class SchedulerMaps: SchedulerGauges {
    let plan: SchedulerPlan
    private let control: BPFMap
    private let controlWords: MappedArray<UInt32>
    private let counterMap: BPFMap
    private let domains: BPFMap
    private let exitDump: MappedArray<UInt8>
    /// Never read: the kernel cancels a map's timers when no process holds it open any more,
    /// though programs use it still (`map_release_uref`, kernel/bpf/syscall.c).
    private let ticks: BPFMap

    init(_ object: borrowing LoadedObject, plan: SchedulerPlan) throws(BPFError) {
        let control = try object.map("control")
        self.controlWords = try MappedArray<UInt32>(control)
        self.control = control
        self.counterMap = try object.map("counters")
        self.domains = try object.map("domains")
        self.exitDump = try MappedArray<UInt8>(object.map("exit_dump"))
        self.ticks = try object.map("ticks")
        self.plan = plan
    }

    /// Costs one read of memory for as long as the scheduler is attached.
    func exitReport() -> ExitReport? {
        let kindOffset =
            (MemoryLayout<mls_control>.offset(of: \.exit) ?? 0)
            + (MemoryLayout<mls_exit_info>.offset(of: \.kind) ?? 0)
        guard controlWords[kindOffset / MemoryLayout<UInt32>.size] != 0,
            let state: mls_control = try? control.value(of: UInt32(0))
        else { return nil }
        return ExitReport(state.exit, dump: state.exit.kind >= 1024 ? dumpText() : "")
    }

    private func dumpText() -> String {
        var bytes: [UInt8] = []
        while bytes.count < exitDump.count, exitDump[bytes.count] != 0 {
            bytes.append(exitDump[bytes.count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func counters() throws(BPFError) -> SchedulerCounters {
        let rows: [mls_counters] = try counterMap.perCPUValues(of: UInt32(0))
        return SchedulerCounters(summing: rows)
    }

    func domainLoads() throws(BPFError) -> [DomainLoad] {
        try DomainLoad.read(from: domains, of: plan)
    }
}
