import CMallocCounter
import MLSched
import ModelTestSupport
import Testing

@Suite("Decision cache")
struct DecisionCacheTests {
    @Test("a decision cache forgets the entry that was not asked for the longest")
    func eviction() throws {
        var cache = DecisionCache(capacity: 2)
        let (a, b, c) = try (features(1), features(2), features(3))
        cache.insert(.migrate, for: a)
        cache.insert(.stay, for: b)
        var answers = [cache.decision(for: a)]
        cache.insert(.migrate, for: c)
        answers += [cache.decision(for: b), cache.decision(for: a), cache.decision(for: c)]
        #expect(answers == [.migrate, nil, .migrate, .migrate])
        let counts = [cache.hits, cache.misses, cache.count]
        #expect(counts == [3, 1, 2])
    }

    @Test("a decision cache takes a new decision for a known task in place of the old one")
    func replacement() throws {
        var cache = DecisionCache(capacity: 3)
        cache.insert(.migrate, for: try features(1))
        cache.insert(.stay, for: try features(1))
        let (decision, count) = (cache.decision(for: try features(1)), cache.count)
        #expect(decision == .stay)
        #expect(count == 1)
    }

    @Test("a decision cache tells tasks apart by every feature, loads by tenths")
    func keys() throws {
        let base = try features(5)
        var cache = DecisionCache(capacity: 10)
        cache.insert(.migrate, for: base)
        let near = try MigrationFeatures(
            cpu: 5,
            cpuIdle: 2,
            cpuNotIdle: 6,
            srcDomLoad: 0.52,
            dstDomLoad: 0.18
        )
        let decision = cache.decision(for: near)
        #expect(decision == .migrate)
        for (cpu, idle, notIdle, src, dst) in [
            (6, 2, 6, 0.5, 0.2), (5, 3, 6, 0.5, 0.2), (5, 2, 7, 0.5, 0.2), (5, 2, 6, 0.6, 0.2),
            (5, 2, 6, 0.5, 0.1),
        ] {
            let other = try MigrationFeatures(
                cpu: cpu,
                cpuIdle: idle,
                cpuNotIdle: notIdle,
                srcDomLoad: Float(src),
                dstDomLoad: Float(dst)
            )
            let decision = cache.decision(for: other)
            #expect(decision == nil)
        }
    }

    @Test(
        "a decision cache does what a list that is searched does",
        arguments: [1, 2, 3, 7, 64, 100]
    )
    func againstNaive(capacity: Int) throws {
        var cache = DecisionCache(capacity: capacity)
        var naive = NaiveCache(capacity: capacity)
        var random = SplitMix64(seed: UInt64(capacity))
        let keys = try (0..<capacity * 2 + 3).map { try features($0) }
        for step in 0..<5000 {
            let key = Int.random(in: 0..<keys.count, using: &random)
            if Bool.random(using: &random) {
                let decision = Decision(migrate: Bool.random(using: &random))
                cache.insert(decision, for: keys[key])
                naive.insert(decision, for: key)
            } else {
                let decision = cache.decision(for: keys[key])
                guard decision == naive.decision(for: key) else {
                    Issue.record("step \(step): \(String(describing: decision))")
                    return
                }
            }
            let count = cache.count
            #expect(count == naive.entries.count)
        }
        let (hits, misses) = (cache.hits, cache.misses)
        #expect(hits == naive.hits)
        #expect(misses == naive.misses)
    }

    @Test("a decision cache allocates nothing once it is there")
    func allocations() throws {
        var cache = DecisionCache(capacity: 16)
        let keys = try (0..<64).map { try features($0) }
        let before = malloc_counter_count()
        for _ in 0..<10 {
            for index in 0..<64 where cache.decision(for: keys[index]) == nil {
                cache.insert(.stay, for: keys[index])
            }
        }
        #expect(malloc_counter_count() == before)
    }
}

/// The definition: newest first, searched from the front.
private struct NaiveCache {
    let capacity: Int
    var entries: [(key: Int, decision: Decision)] = []
    var hits = 0
    var misses = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func decision(for key: Int) -> Decision? {
        guard let index = entries.firstIndex(where: { $0.key == key }) else {
            misses += 1
            return nil
        }
        hits += 1
        entries.insert(entries.remove(at: index), at: 0)
        return entries[0].decision
    }

    mutating func insert(_ decision: Decision, for key: Int) {
        entries.removeAll { $0.key == key }
        entries.insert((key, decision), at: 0)
        if entries.count > capacity { entries.removeLast() }
    }
}

private func features(_ cpu: Int) throws -> MigrationFeatures {
    try MigrationFeatures(
        cpu: cpu,
        cpuIdle: 2,
        cpuNotIdle: 6,
        srcDomLoad: 0.5,
        dstDomLoad: 0.2
    )
}
