internal import CMLSchedABI

/// All patterns of one machine, numbered without a gap: a decision table's index.
///
/// A machine of N CPUs has N · (N + 1) · 121 patterns.
public struct PatternSpace: BitwiseCopyable, Equatable, Sendable {
    private let space: mls_pattern_space

    /// The patterns of a machine.
    ///
    /// - Parameters:
    ///   - cpuIDs: CPU numbers, one more than the highest, 1–1024.
    ///   - online: CPUs that are online, 1–`cpuIDs`.
    /// - Throws: `PatternSpaceError` where no machine is like that.
    public init(cpuIDs: Int, online: Int) throws(PatternSpaceError) {
        guard (1...Int(MLS_MAX_CPUS)).contains(cpuIDs), (1...cpuIDs).contains(online) else {
            throw PatternSpaceError(cpuIDs: cpuIDs, online: online)
        }
        space = mls_pattern_space(nr_cpu_ids: UInt32(cpuIDs), nr_online: UInt32(online))
    }

    /// CPU numbers, one more than the highest.
    public var cpuIDs: Int { Int(space.nr_cpu_ids) }

    /// CPUs that are online.
    public var online: Int { Int(space.nr_online) }

    /// Patterns, and so the bytes of a decision table.
    public var count: Int { Int(mls_pattern_count(space)) }

    /// Whether a pattern can occur on this machine.
    public func contains(_ pattern: Pattern) -> Bool {
        pattern.cpu < cpuIDs && pattern.cpuIdle <= online
    }

    /// The index of a pattern.
    ///
    /// - Precondition: the space contains the pattern.
    public func index(of pattern: Pattern) -> UInt32 {
        precondition(contains(pattern), "the pattern occurs on this machine")
        return mls_pattern_index(space, pattern.fields)
    }

    /// The pattern of an index.
    ///
    /// - Precondition: the index is less than `count`.
    public func pattern(at index: UInt32) -> Pattern {
        precondition(index < mls_pattern_count(space), "the index is within the space")
        return Pattern(mls_pattern_fields(space, index))
    }

    /// What a model is told about a pattern: its fields, loads as the tenths they were rounded
    /// to, and the CPUs that are not idle as the rest of those online.
    ///
    /// - Precondition: the index is less than `count`.
    public func features(at index: UInt32) -> MigrationFeatures {
        precondition(index < mls_pattern_count(space), "the index is within the space")
        return uncheckedFeatures(at: index)
    }

    /// The same without the check: an index outside the space gives values without a meaning.
    @inline(__always)
    func uncheckedFeatures(at index: UInt32) -> MigrationFeatures {
        let fields = mls_pattern_fields(space, index)
        return MigrationFeatures(
            checkedCPU: Int(fields.cpu),
            idle: Int(fields.cpu_idle),
            notIdle: Int(space.nr_online) &- Int(fields.cpu_idle),
            src: Pattern.load(ofLevel: fields.src_level),
            dst: Pattern.load(ofLevel: fields.dst_level)
        )
    }

    /// Whether two machines have the same patterns.
    public static func == (left: PatternSpace, right: PatternSpace) -> Bool {
        left.cpuIDs == right.cpuIDs && left.online == right.online
    }
}

/// Numbers of CPUs that no machine has.
public struct PatternSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// CPU numbers that were given.
    public let cpuIDs: Int
    /// CPUs online that were given.
    public let online: Int

    /// One sentence: what was given, and what is possible.
    public var description: String {
        "\(online) of \(cpuIDs) CPUs online is not a machine that can be scheduled; give 1 to "
            + "\(MLS_MAX_CPUS) CPUs, of which at least one and at most all are online"
    }
}
