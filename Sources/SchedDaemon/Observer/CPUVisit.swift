internal import LinuxSystem

/// Lets a thread run once on every CPU.
///
/// The observer learns what a CPU does when it changes tasks; a visit makes every CPU do so, and
/// costs each a few microseconds once, before anything is counted.
enum CPUVisit {
    /// Runs the calling thread on each CPU in turn; CPUs that it may not use are left out.
    static func all(_ cpus: CPUList) {
        for cpu in cpus.cpus { try? ThisThread.visit(cpu) }
    }
}
