extension Checklist {
    /// The lines for people, marked by symbols on a terminal that shows them.
    func text(marks: Bool) -> [String] {
        var table = TextTable([.left, .left, .left])
        for item in items {
            let mark = marks ? item.status.mark : item.status.word
            table.append([mark, item.name, item.finding])
            if let remedy = item.remedy {
                table.append(["", "", "\(marks ? "→" : "->") \(remedy)"])
            }
        }
        return table.lines() + ["", conclusion]
    }

    private var conclusion: String {
        switch missing {
        case 0: "mlsched run can start here."
        case 1: "mlsched run cannot start here: one requirement is missing."
        default: "mlsched run cannot start here: \(missing) requirements are missing."
        }
    }
}

extension CheckItem.Status {
    fileprivate var mark: String {
        switch self {
        case .ok: "✓"
        case .note: "!"
        case .missing: "✗"
        }
    }

    fileprivate var word: String {
        switch self {
        case .ok: "ok"
        case .note: "note"
        case .missing: "MISSING"
        }
    }
}
