import SchedDaemon

/// One line of the check: something that was looked at.
struct CheckItem: Encodable, Equatable {
    /// How it is.
    enum Status: String, Encodable {
        /// As it should be.
        case ok
        /// It works, but something else would serve better.
        case note
        /// The scheduler cannot start.
        case missing
    }

    let name: String
    let status: Status
    let finding: String
    /// What to do; nil when there is nothing.
    let remedy: String?

    /// Something that is as it should be.
    static func ok(_ name: String, _ finding: String) -> CheckItem {
        CheckItem(name: name, status: .ok, finding: finding, remedy: nil)
    }

    /// Something that could be better.
    static func note(_ name: String, _ finding: String, remedy: String) -> CheckItem {
        CheckItem(name: name, status: .note, finding: finding, remedy: remedy)
    }

    /// Something without which the scheduler cannot start.
    static func missing(_ name: String, _ finding: String, remedy: String?) -> CheckItem {
        CheckItem(name: name, status: .missing, finding: finding, remedy: remedy)
    }
}

extension CheckItem {
    /// A requirement of the kernel.
    init(_ requirement: Requirement) {
        name = requirement.name
        status = requirement.isMet ? .ok : .missing
        finding = requirement.finding
        remedy = requirement.remedy
    }
}
