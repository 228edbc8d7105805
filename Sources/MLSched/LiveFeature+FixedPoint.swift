package import CMLSchedABI

extension LiveFeature {
    /// The kernel's fixed point: the value in its unit times two to this power.
    var fixedPointShift: Int { Int(line?.shift ?? 0) }

    /// Its value among those that the kernel measured, in its unit.
    package func value(in features: mls_features) -> Double {
        withUnsafeBytes(of: features) { bytes in
            let values = bytes.bindMemory(to: Int32.self)
            guard self != .zero else { return 0 }
            return Double(sign: .plus, exponent: -fixedPointShift, significand: 1)
                * Double(values[Int(index)])
        }
    }

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

extension MigrationFeatures {
    /// What the cost rule says of the task.
    var costDecision: Decision {
        var features = mls_features()
        withUnsafeMutableBytes(of: &features) { bytes in
            let values = bytes.bindMemory(to: Int32.self)
            for feature in LiveFeature.measured {
                let one = Float(sign: .plus, exponent: feature.fixedPointShift, significand: 1)
                values[Int(feature.index)] = Int32(self[feature] * one)
            }
        }
        return Decision(migrate: mls_cost_rule(&features) == MLS_MIGRATE.rawValue)
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
