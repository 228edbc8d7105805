import BPFPrograms
import BPFRuntime
import CMLSchedABI
import MLSched
import ModelTestSupport
import Testing

@testable import SchedDaemon

/// The daemon writes decisions where the programs of this machine's kernel look for them.
///
/// Holds off a compiler that takes the default of a tunable for its value: the programs then
/// numbered the patterns of a machine of one CPU, whatever machine they ran on.
@Suite(.enabled(if: ObserverTests.isPossible)) struct DecisionPlaceTests {
    /// CPU ids and online CPUs.
    static let machines = [(1, 1), (2, 2), (8, 8), (8, 6), (64, 64)]

    @Test("programs and daemon number patterns alike", arguments: machines)
    func patterns(cpuIDs: Int, online: Int) throws {
        let space = try PatternSpace(cpuIDs: cpuIDs, online: online)
        let program = try Self.load(space).program("lookup_place")
        for pattern in Self.sample(of: space) {
            let place = try Self.place(of: pattern, generation: 0, program)
            #expect(place.pattern == space.index(of: pattern))
        }
    }

    @Test("programs find what the daemon has decided, in each generation", arguments: machines)
    func decisions(cpuIDs: Int, online: Int) throws {
        let space = try PatternSpace(cpuIDs: cpuIDs, online: online)
        let object = try Self.load(space)
        let program = try object.program("lookup_place")
        var store = try DecisionStore(object, space: space)
        let patterns = Self.sample(of: space)
        let indexes = patterns.map(space.index)
        for generation in UInt32(0)..<5 {
            let answers = indexes.map { UInt8($0 & 1 == generation & 1 ? 3 : 2) }
            indexes.withUnsafeBufferPointer { indexes in
                answers.withUnsafeBufferPointer { answers in
                    if generation == 0 {
                        store.publish(answers, for: indexes)
                    } else {
                        store.stage(answers, for: indexes)
                    }
                }
            }
            if generation > 0 {
                // Staged is not in force.
                #expect(store.generation == generation - 1)
                let old = try Self.place(of: patterns[0], generation: generation - 1, program)
                #expect(UInt8(old.decision) == (indexes[0] & 1 == (generation - 1) & 1 ? 3 : 2))
                store.commit()
            }
            #expect(store.generation == generation)
            for (pattern, answer) in zip(patterns, answers) {
                let place = try Self.place(of: pattern, generation: generation, program)
                #expect(place.decision == UInt32(answer))
            }
        }
    }

    private static func load(_ space: PatternSpace) throws -> LoadedObject {
        var open = try OpenObject(.lookup)
        for program in ["bench_nothing", "bench_decided", "bench_emit"] {
            try open.setLoaded(false, program: program)
        }
        try open.setVariable("mls_nr_cpu_ids", to: UInt32(space.cpuIDs))
        try open.setVariable("mls_nr_online", to: UInt32(space.online))
        try DecisionStore.configure(&open, space: space, tableLimit: 32 << 20)
        return try open.load()
    }

    private static func place(
        of pattern: Pattern,
        generation: UInt32,
        _ program: borrowing BPFProgram
    ) throws -> mls_lookup_place {
        var place = mls_lookup_place()
        place.fields = mls_pattern_fields(
            cpu: UInt32(pattern.cpu),
            cpu_idle: UInt32(pattern.cpuIdle),
            src_level: UInt32(pattern.srcLevel),
            dst_level: UInt32(pattern.dstLevel)
        )
        place.generation = generation
        try program.run(with: &place)
        return place
    }

    /// The corners of the space and some patterns between them.
    private static func sample(of space: PatternSpace) -> [Pattern] {
        var random = SplitMix64(seed: 7)
        let corners = [UInt32(0), UInt32(space.count - 1)]
        let others = (0..<200).map { _ in UInt32.random(in: 0..<UInt32(space.count), using: &random)
        }
        return Set(corners + others).sorted().map(space.pattern)
    }
}
