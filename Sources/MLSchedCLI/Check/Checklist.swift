import BPFRuntime
import MLPInference
import SchedDaemon

/// Everything that `mlsched run` depends on, looked at without changing anything.
struct Checklist {
    /// What was looked at, in the order in which it is needed.
    let items: [CheckItem]

    /// Looks at the machine and at a model.
    init(grouping: DomainGrouping, ignoresLimits: Bool, loadModel: () throws -> Model) {
        items =
            KernelRequirements(ignoresLimits: ignoresLimits).all.map { CheckItem($0) }
            + [Self.domains(grouping), Self.model(loadModel), Self.blas, Self.libbpf]
            + Hazard.all().map { .note($0.name, $0.finding, remedy: $0.remedy) }
    }

    /// Whether nothing is in the way of the scheduler.
    var isReady: Bool { missing == 0 }

    /// Requirements that are not met.
    var missing: Int { items.count { $0.status == .missing } }

    private static func domains(_ grouping: DomainGrouping) -> CheckItem {
        let name = "CPU domains"
        do throws(TopologyError) {
            let domains = try SchedulerPlan(grouping: grouping).domains
            let list = domains.map(\.description).joined(separator: " / ")
            guard domains.count > 1 else {
                return .note(
                    name,
                    "only one, \(list): nothing can migrate between domains",
                    remedy: "group the CPUs yourself, as in --domains 0-3/4-7"
                )
            }
            return .ok(name, "\(domains.count): \(list)")
        } catch {
            return .missing(name, "\(error)", remedy: nil)
        }
    }

    private static func model(_ load: () throws -> Model) -> CheckItem {
        do {
            let model = try load()
            let widths = [model.inputCount] + model.layers.map(\.outputs)
            return .ok(
                "model",
                "\(widths.map(\.description).joined(separator: "→")), "
                    + "self-test passed on \(model.testVectorCount) vectors; "
                    + KernelRule(model.kernel, for: model).description
            )
        } catch {
            return .missing("model", "\(error)", remedy: nil)
        }
    }

    private static var blas: CheckItem { BLASFit.here.item }

    private static var libbpf: CheckItem { .ok("libbpf", LibBPF.version) }
}

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
