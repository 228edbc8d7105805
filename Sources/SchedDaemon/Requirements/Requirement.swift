/// Something that the scheduler needs of the machine, and whether it is there.
public struct Requirement: Equatable, Sendable {
    /// What is needed, as a short noun phrase.
    public let name: String
    /// What was found, or what is missing.
    public let finding: String
    /// What to do about it; nil when it is met.
    public let remedy: String?

    /// A requirement that was looked at; without a remedy it is met.
    public init(_ name: String, _ finding: String, remedy: String? = nil) {
        self.name = name
        self.finding = finding
        self.remedy = remedy
    }

    /// Whether nothing needs to be done.
    public var isMet: Bool { remedy == nil }
}

/// Why the scheduler cannot start here; nothing has been changed.
public struct UnmetRequirement: Error, Equatable, Sendable, CustomStringConvertible {
    /// The first requirement that is not met.
    public let requirement: Requirement

    /// A refusal to start.
    public init(_ requirement: Requirement) {
        self.requirement = requirement
    }

    /// One sentence: what is missing and what to do.
    public var description: String {
        let remedy = requirement.remedy.map { ": \($0)" } ?? ""
        return "\(requirement.finding)\(remedy)"
    }
}
