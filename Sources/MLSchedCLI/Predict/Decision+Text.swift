import MLSched

extension Decision {
    /// The word that is printed.
    var name: String {
        switch self {
        case .stay: "stay"
        case .migrate: "migrate"
        }
    }
}

extension MigrationFeatures {
    /// The same with loads rounded to tenths, as the scheduler in the kernel asks for them.
    var inTenths: MigrationFeatures {
        let online = cpuIdle + cpuNotIdle
        guard let space = try? PatternSpace(cpuIDs: max(cpu + 1, online), online: online) else {
            preconditionFailure("checked features are of a possible machine")
        }
        return space.features(at: space.index(of: Pattern(self)))
    }
}
