extension FuzzCase {
    /// A smaller case that fails for the same kind of reason.
    ///
    /// It leaves out tasks, changes and time for as long as the case still fails.
    ///
    /// - Parameter attempts: simulations, at most.
    /// - Returns: the smallest case that was found; itself where it does not fail.
    public func shrunk(attempts: Int = 400) -> FuzzCase {
        guard let reason = violation().map(Self.kind(of:)) else { return self }
        var best = self
        var left = attempts
        var progress = true
        while progress, left > 0 {
            progress = false
            for candidate in best.smaller() {
                guard left > 0 else { break }
                left -= 1
                guard candidate.violation().map(Self.kind(of:)) == reason else { continue }
                best = candidate
                progress = true
                break
            }
        }
        return best
    }

    /// A violation without its numbers.
    private static func kind(of sentence: String) -> String {
        sentence.filter { !$0.isNumber }
    }

    /// What is to be tried, the largest steps first.
    private func smaller() -> [FuzzCase] {
        let count = workload.changes.count
        var cases: [FuzzCase] = []
        if count > 0 { cases.append(with(changes: [])) }
        if count > 3 {
            cases.append(with(changes: Array(workload.changes.prefix(count / 2))))
            cases.append(with(changes: Array(workload.changes.dropFirst(count / 2))))
        }
        cases += workload.tasks.indices.filter { workload.tasks[$0].count > 0 }.map(without(task:))
        cases += workload.changes.indices.prefix(60).map { index in
            var changes = workload.changes
            changes.remove(at: index)
            return with(changes: changes)
        }
        if nanoseconds > 200_000_000 { cases.append(with(nanoseconds: nanoseconds * 3 / 4)) }
        return cases
    }

    private func with(changes: [SimChange]) -> FuzzCase {
        var copy = self
        copy.workload.changes = changes
        return copy
    }

    private func with(nanoseconds: UInt64) -> FuzzCase {
        var copy = self
        copy.nanoseconds = nanoseconds
        return copy
    }

    /// It stays as a template, so that forks mean the same.
    private func without(task: Int) -> FuzzCase {
        var copy = self
        copy.workload.tasks[task].count = 0
        return copy
    }
}
