internal import BPFRuntime

/// The recorder at work; the kernel takes it away when this value or the process ends.
struct AttachedRecorder: ~Copyable {
    /// Name of the program that does nothing.
    static let nothing = "mlsched_record_nothing"

    private let change: AttachedProgram
    private let waking: AttachedProgram
    private let fork: AttachedProgram
    private let exec: AttachedProgram
    private let exit: AttachedProgram
    private let interrupts: AttachedInterrupts
    private let present: BPFIterator
    private let empty: AttachedProgram?

    init(_ object: borrowing LoadedObject, isMeasured: Bool) throws(BPFError) {
        let fork = try AttachedProgram("mlsched_record_fork", of: object)
        let exec = try AttachedProgram("mlsched_record_exec", of: object)
        let exit = try AttachedProgram("mlsched_record_exit", of: object)
        let interrupts = try AttachedInterrupts(object)
        let waking = try AttachedProgram("mlsched_record_waking", of: object)
        let change = try AttachedProgram("mlsched_record_switch", of: object)
        let present = try object.iterator("mlsched_record_present")
        let empty = isMeasured ? try AttachedProgram(Self.nothing, of: object) : nil
        self.change = change
        self.waking = waking
        self.fork = fork
        self.exec = exec
        self.exit = exit
        self.interrupts = interrupts
        self.present = present
        self.empty = empty
    }

    /// Sends a description of every task that there is.
    borrowing func describeTasks() throws(BPFError) { try present.run() }

    /// What the kernel has measured of all programs.
    borrowing func cost() throws(BPFError) -> RecordingCost {
        let empty =
            switch empty {
            case .some(let program): try program.runTime()
            case .none: RunTime()
            }
        return RecordingCost(
            events: try change.runTime() + waking.runTime(),
            others: try fork.runTime() + exec.runTime() + exit.runTime() + interrupts.runTime(),
            empty: empty
        )
    }
}
