/// Why a simulation could not be made, or could not go on.
public enum SimError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The machine or the workload is inconsistent; one sentence.
    case impossible(String)
    /// It reached an invalid state: a violation, or what the kernel ejects for.
    case broken(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .impossible(let sentence), .broken(let sentence): sentence
        }
    }
}
