/// Why the CPUs could not be grouped into domains.
public enum TopologyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file of sysfs could not be read.
    case unreadable(path: String, errno: Int32)
    /// A text that is no list of CPUs.
    case badCPUList(String)
    /// A CPU is named that is not online.
    case offlineCPU(Int, online: CPUList)
    /// A CPU is named in two domains.
    case sharedCPU(Int)
    /// Online CPUs that belong to no domain.
    case forgottenCPUs(CPUList)
    /// More domains than the scheduler supports.
    case tooManyDomains(Int)
    /// More CPU ids than the scheduler supports.
    case tooManyCPUs(Int)

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .unreadable(let path, let errno):
            "cannot read \(path) (error \(errno)): is sysfs mounted?"
        case .badCPUList(let text):
            "'\(text)' is no list of CPUs: write ids and ranges, as in 0-3,8"
        case .offlineCPU(let cpu, let online):
            "CPU \(cpu) is not online: the online CPUs are \(online)"
        case .sharedCPU(let cpu):
            "CPU \(cpu) is in two domains: name each CPU once"
        case .forgottenCPUs(let cpus):
            "CPUs \(cpus) are in no domain: every online CPU needs one"
        case .tooManyDomains(let count):
            "\(count) domains are more than \(CPUTopology.maximumDomains): "
                + "group the CPUs with --domains"
        case .tooManyCPUs(let count):
            "\(count) CPU ids are more than the \(CPUTopology.maximumCPUs) that are supported"
        }
    }
}
