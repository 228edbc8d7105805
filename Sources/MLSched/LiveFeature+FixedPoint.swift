package import CMLSchedABI

extension LiveFeature {
    /// The kernel's fixed point: the value in its unit times two to this power.
    var fixedPointShift: Int { Int(line?.shift ?? 0) }

    /// The values that it can have on a machine, in the kernel's fixed point.
    func fixedPointRange(in space: PatternSpace) -> ClosedRange<Int32> {
        switch self {
        case .cpu: 0...Int32(space.cpuIDs - 1)
        case .cpuIdle, .cpuNotIdle: 0...Int32(space.online)
        default:
            Int32(range.lowerBound)
                << Int32(
                    fixedPointShift
                )...Int32(range.upperBound) << Int32(fixedPointShift)
        }
    }
}

extension mls_features {
    /// Values in the kernel's fixed point, one for each measured feature.
    package init(_ values: [Int32]) {
        self.init()
        withUnsafeMutableBytes(of: &self) { bytes in
            let features = bytes.bindMemory(to: Int32.self)
            for (index, value) in values.enumerated() { features[index] = value }
        }
    }
}
