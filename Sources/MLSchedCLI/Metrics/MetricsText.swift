import SchedExtStats

/// Statistics as text for Prometheus, format 0.0.4, which node_exporter's collector reads too.
///
/// Everything follows from the metadata: the names from `_om_prefix`, the labels from `_om_label`,
/// and a name that ends in `_total` is a counter.
struct MetricsText {
    private struct Family {
        let name: String
        let help: String
        var samples: [String] = []
    }

    private let structures: [String: StatsStructure]
    private var families: [Family] = []
    /// Whether a scheduler answers.
    let isUp: Bool

    /// The text of an answer.
    ///
    /// - Parameters:
    ///   - values: of the top structure; nil: nobody answers.
    ///   - structures: how the server describes its structures.
    init(_ values: StatsValue?, _ structures: [String: StatsStructure]) {
        self.structures = structures
        isUp = values != nil
        add("mlsched_up", Self.upMeaning, values == nil ? 0 : 1, [])
        guard let values, let top = structures.values.first(where: { $0.top != nil }) else {
            return
        }
        add(values, top, labels: [])
    }

    /// The names and meanings of all metrics, without a value.
    init(describing structures: [String: StatsStructure]) {
        self.structures = structures
        isUp = false
        families = [Family(name: "mlsched_up", help: Self.upMeaning)]
        for structure in structures.values.sorted(by: { $0.prefix < $1.prefix }) {
            for (name, field) in structure.fields.sorted(by: { $0.key < $1.key })
            where field.datum != nil && !field.isSkipped {
                let help = Self.escaped(field.desc ?? "", quote: "\"")
                families.append(Family(name: structure.prefix + name, help: help))
            }
        }
    }

    private static let upMeaning = "whether a scheduler is attached and answers"

    /// The lines, each metric after its explanation.
    var lines: [String] {
        families.flatMap { family in
            let kind = family.name.hasSuffix("_total") ? "counter" : "gauge"
            return ["# HELP \(family.name) \(family.help)", "# TYPE \(family.name) \(kind)"]
                + family.samples
        }
    }

    private mutating func add(_ value: StatsValue, _ structure: StatsStructure, labels: [String]) {
        let fields = structure.fields.filter { !$0.value.isSkipped }
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            guard let member = value[name] else { continue }
            if case .structure(let inner)? = field.dict?.datum, let inner = structures[inner] {
                for (key, element) in member.members {
                    let label = "\(inner.label)=\"\(Self.escaped(key))\""
                    add(element, inner, labels: labels + [label])
                }
            } else if let number = member.asNumber {
                add(structure.prefix + name, field.desc ?? "", number, labels)
            }
        }
    }

    private mutating func add(_ name: String, _ help: String, _ value: Double, _ labels: [String]) {
        let isWhole = value == value.rounded() && value.magnitude < 1e15
        let number = isWhole ? "\(Int64(value))" : "\(value)"
        let label = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        let sample = "\(name)\(label) \(number)"
        if let index = families.firstIndex(where: { $0.name == name }) {
            families[index].samples.append(sample)
        } else {
            let help = Self.escaped(help, quote: "\"")
            families.append(Family(name: name, help: help, samples: [sample]))
        }
    }

    /// A text in which backslashes, line ends and, in a label, quotes are escaped.
    private static func escaped(_ text: String, quote: String = "\\\"") -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"": result += quote
            default: result.append(character)
            }
        }
    }
}
