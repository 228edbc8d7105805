internal import BPFRuntime

/// The scheduler in charge; the kernel's own is back as soon as this value or the process ends.
public struct AttachedScheduler: ~Copyable {
    /// The machine that it was made for.
    public let plan: SchedulerPlan
    private let maps: SchedulerMaps
    private let link: StructOpsLink

    init(plan: SchedulerPlan, maps: SchedulerMaps, link: consuming StructOpsLink) {
        self.plan = plan
        self.maps = maps
        self.link = link
    }

    /// Why the kernel let go of the scheduler; nil while it is in charge.
    public borrowing func exitReport() -> ExitReport? { maps.exitReport() }

    /// What it counts; may be read by anybody for as long as they like, after its end too.
    public var gauges: any SchedulerGauges { maps }

    /// Gives the CPUs back and reports, in the kernel's words, how it ended.
    ///
    /// The kernel returns from it with the scheduler detached and its report written.
    public consuming func detach() -> ExitReport? {
        let maps = self.maps
        _ = consume link
        return maps.exitReport()
    }
}
