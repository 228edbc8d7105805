internal import BPFRuntime

/// The programs that follow interrupts, so that who is interrupted is not taken for who wakes.
struct AttachedInterrupts: ~Copyable {
    private let hardEntry: AttachedProgram
    private let hardExit: AttachedProgram
    private let softEntry: AttachedProgram
    private let softExit: AttachedProgram
    #if arch(x86_64)
    private let timerEntry: AttachedProgram
    private let timerExit: AttachedProgram
    #endif

    init(_ object: borrowing LoadedObject) throws(BPFError) {
        let hardEntry = try AttachedProgram("mlsched_record_irq_entry", of: object)
        let hardExit = try AttachedProgram("mlsched_record_irq_exit", of: object)
        let softEntry = try AttachedProgram("mlsched_record_soft_entry", of: object)
        let softExit = try AttachedProgram("mlsched_record_soft_exit", of: object)
        #if arch(x86_64)
        // Elsewhere timers are interrupts like others.
        let timerEntry = try AttachedProgram("mlsched_record_timer_entry", of: object)
        let timerExit = try AttachedProgram("mlsched_record_timer_exit", of: object)
        self.timerEntry = timerEntry
        self.timerExit = timerExit
        #endif
        self.hardEntry = hardEntry
        self.hardExit = hardExit
        self.softEntry = softEntry
        self.softExit = softExit
    }

    /// How often they ran, and for how long.
    borrowing func runTime() throws(BPFError) -> RunTime {
        var sum =
            try hardEntry.runTime() + hardExit.runTime() + softEntry.runTime()
            + softExit.runTime()
        #if arch(x86_64)
        sum = try sum + timerEntry.runTime() + timerExit.runTime()
        #endif
        return sum
    }
}
