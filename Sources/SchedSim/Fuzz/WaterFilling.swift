/// Weighted shares of CPUs as fair as affinities allow: the yardstick for a scheduler's own.
///
/// Shares grow together, each by its weight, until a task has a whole CPU or the CPUs that it may
/// use are full; then the others go on (max-min fairness).
public struct WaterFilling: Sendable {
    private static let tiny = 1e-9

    private let weights: [Double]
    private let allowed: [[Int]]
    private let cpus: Int

    /// Tasks that are always busy.
    ///
    /// - Parameters:
    ///   - weights: of the tasks, above 0.
    ///   - allowed: the CPUs that each may use, at least one.
    ///   - cpus: how many there are.
    /// - Precondition: there is one weight for each set of CPUs.
    public init(weights: [Double], allowed: [[Int]], cpus: Int) {
        precondition(weights.count == allowed.count, "each task has a weight and CPUs")
        self.weights = weights
        self.allowed = allowed
        self.cpus = cpus
    }

    /// The share of each task, in CPUs, 0–1.
    ///
    /// - Complexity: O(tasks² · CPUs · paths); for tens of tasks.
    public func shares() -> [Double] {
        var frozen = [Double?](repeating: nil, count: weights.count)
        while frozen.contains(nil) {
            let level = highestLevel(frozen)
            let demands = demands(frozen, level)
            var grows = false
            for task in weights.indices where frozen[task] == nil {
                var more = demands
                more[task] += 1e-4
                if demands[task] >= 1 - 1e-6 || !isFeasible(more) {
                    frozen[task] = demands[task]
                } else {
                    grows = true
                }
            }
            guard grows || frozen.contains(nil) else { break }
        }
        return frozen.map { $0 ?? 0 }
    }

    private func demands(_ frozen: [Double?], _ level: Double) -> [Double] {
        weights.indices.map { frozen[$0] ?? min(1, level * weights[$0]) }
    }

    private func highestLevel(_ frozen: [Double?]) -> Double {
        var low = 0.0
        var high = 1 / (weights.min() ?? 1)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if isFeasible(demands(frozen, middle)) { low = middle } else { high = middle }
        }
        return low
    }

    /// Whether the CPUs can give each task what it demands: a flow that leaves no demand open.
    private func isFeasible(_ demands: [Double]) -> Bool {
        var given = Array(repeating: Array(repeating: 0.0, count: cpus), count: demands.count)
        var used = Array(repeating: 0.0, count: cpus)
        for task in demands.indices {
            var open = demands[task]
            while open > 1e-7 {
                guard let path = path(from: task, given, used) else { return false }
                open -= push(open, along: path, &given, &used)
            }
        }
        return true
    }

    /// Tasks and CPUs by turns, from a task to a CPU that has time left.
    private func path(from task: Int, _ given: [[Double]], _ used: [Double]) -> [(Int, Int)]? {
        var from = [Int?](repeating: nil, count: cpus)
        var queue = [(task: task, path: [(Int, Int)]())]
        while !queue.isEmpty {
            let (task, path) = queue.removeFirst()
            for cpu in allowed[task] where from[cpu] == nil {
                from[cpu] = task
                let longer = path + [(task, cpu)]
                if used[cpu] < 1 - Self.tiny { return longer }
                for other in given.indices where given[other][cpu] > Self.tiny {
                    queue.append((other, longer))
                }
            }
        }
        return nil
    }

    private func push(
        _ wanted: Double,
        along path: [(Int, Int)],
        _ given: inout [[Double]],
        _ used: inout [Double]
    ) -> Double {
        let end = path[path.count - 1].1
        var amount = min(wanted, 1 - used[end])
        for index in path.indices.dropFirst() {
            amount = min(amount, given[path[index].0][path[index - 1].1])
        }
        for index in path.indices {
            given[path[index].0][path[index].1] += amount
            if index > 0 { given[path[index].0][path[index - 1].1] -= amount }
        }
        used[end] += amount
        return amount
    }
}
