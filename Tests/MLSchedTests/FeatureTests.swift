import CMLSchedABI
import Foundation
import MLPInference
import ModelTestSupport
import Testing

@testable import MLSched

@Suite("Features of a task")
struct FeatureTests {
    @Test("features are taken up to the ends of their ranges")
    func valid() throws {
        let smallest = try MigrationFeatures(
            cpu: 0,
            cpuIdle: 0,
            cpuNotIdle: 1,
            srcDomLoad: 0,
            dstDomLoad: 0
        )
        #expect(smallest.cpuNotIdle == 1)
        let largest = try MigrationFeatures(
            cpu: 1023,
            cpuIdle: 1024,
            cpuNotIdle: 0,
            srcDomLoad: 1,
            dstDomLoad: 1
        )
        #expect(largest.cpu == 1023)
    }

    @Test(
        "features are refused beyond, by name",
        arguments: [
            (-1, 1, 1, Float(0), Float(0), "cpu is -1, but must be from 0 to 1023"),
            (1024, 1, 1, 0, 0, "cpu is 1024, but must be from 0 to 1023"),
            (0, -1, 1, 0, 0, "cpu_idle is -1, but must be from 0 to 1024"),
            (0, Int.max, 1, 0, 0, "cpu_idle is 9.223372e+18, but must be from 0 to 1024"),
            (0, 1, -1, 0, 0, "cpu_not_idle is -1, but must be from 0 to 1024"),
            (
                0, 0, 0, 0, 0,
                "cpu_idle and cpu_not_idle add up to 0 CPUs, but must add up to those online, "
                    + "1 to 1024"
            ),
            (
                0, 1000, 25, 0, 0,
                "cpu_idle and cpu_not_idle add up to 1025 CPUs, but must add up to those online, "
                    + "1 to 1024"
            ),
            (0, 1, 1, -0.5, 0, "src_dom_load is -0.5, but must be from 0 to 1"),
            (0, 1, 1, .nan, 0, "src_dom_load is nan, but must be from 0 to 1"),
            (0, 1, 1, 0, 1.5, "dst_dom_load is 1.5, but must be from 0 to 1"),
            (0, 1, 1, 0, .infinity, "dst_dom_load is inf, but must be from 0 to 1"),
        ]
    )
    func invalid(
        cpu: Int,
        idle: Int,
        notIdle: Int,
        src: Float,
        dst: Float,
        message: String
    ) throws {
        let error = try #require(throws: FeatureError.self) {
            try MigrationFeatures(
                cpu: cpu,
                cpuIdle: idle,
                cpuNotIdle: notIdle,
                srcDomLoad: src,
                dstDomLoad: dst
            )
        }
        #expect(error.description == message)
    }

    @Test("the same list is known to BPF, Swift and Python, in the same order")
    func oneList() throws {
        let lines = LiveFeature.measured.map { feature in
            "    Line(\"\(feature.rawValue)\", \"\(feature.unit)\", "
                + "\(Int(feature.range.lowerBound)), \(Int(feature.range.upperBound)), "
                + "\(feature.fixedPointShift), \"\(feature.meaning)\"),\n"
        }
        let python = try text(of: "tools/mlsched_tools/abi.py")
        #expect(python.contains("FEATURES = (\n" + lines.joined() + ")\n"))
        #expect(LiveFeature.measured.count == Int(NR_MLS_FEATURES.rawValue))
        #expect(
            LiveFeature.measured.firstIndex(of: .dstDomLoad)
                == Int(MLS_FEATURE_DST_DOM_LOAD.rawValue)
        )
    }

    @Test("the page about features has the row of each")
    func page() throws {
        let page = try text(of: "Sources/MLSched/MLSched.docc/Features.md")
        for feature in LiveFeature.measured {
            let (lowest, highest) = (feature.range.lowerBound, feature.range.upperBound)
            let row =
                "| `\(feature.rawValue)` | \(feature.unit) | \(Int(lowest))–\(Int(highest)) "
                + "| \(feature.meaning) | "
            #expect(page.contains("\n" + row))
        }
    }

    @Test("what the kernel measured comes out in its unit")
    func fixedPoint() throws {
        var measured = mls_features()
        withUnsafeMutableBytes(of: &measured) { bytes in
            let values = bytes.bindMemory(to: Int32.self)
            values[Int(MLS_FEATURE_CPU.rawValue)] = 7
            values[Int(MLS_FEATURE_CPU_IDLE.rawValue)] = 3
            values[Int(MLS_FEATURE_CPU_NOT_IDLE.rawValue)] = 5
            values[Int(MLS_FEATURE_SRC_DOM_LOAD.rawValue)] = 1 << 15
            values[Int(MLS_FEATURE_DST_DOM_LOAD.rawValue)] = 1 << 16
        }
        let expected = try MigrationFeatures(
            cpu: 7,
            cpuIdle: 3,
            cpuNotIdle: 5,
            srcDomLoad: 0.5,
            dstDomLoad: 1
        )
        #expect(MigrationFeatures(measured) == expected)
    }

    @Test("the zero that fills a network's width is 0 and not measured")
    func zero() throws {
        let features = try MigrationFeatures(
            cpu: 1023,
            cpuIdle: 1,
            cpuNotIdle: 1,
            srcDomLoad: 1,
            dstDomLoad: 1
        )
        #expect(features[.zero] == 0)
        #expect(!LiveFeature.measured.contains(.zero))
        #expect(LiveFeature(rawValue: "zero") == .zero)
        #expect(LiveFeature(rawValue: "") == nil)
    }

    @Test("a model of a feature that no pattern has is refused where decisions are a table")
    func notInPattern() throws {
        let network = TestModel(
            widths: [2, 1],
            activations: [.sigmoid],
            features: [Feature(name: "cpu"), Feature(name: "footprint")]
        )
        let model = try Model(bytes: network.encoded())
        #expect(throws: SchemaError.notInPattern("footprint", input: 1)) {
            _ = try PatternScorer(model: model, space: PatternSpace(cpuIDs: 1, online: 1))
        }
        var scheduler = try MLScheduler(model: model, cacheCapacity: 4)
        let states = try [0.0, 20].map { size in
            try MigrationFeatures([.cpu: 1, .cpuNotIdle: 2, .footprint: size])
        }
        // A cache knows patterns alone, which both have in common.
        #expect(scheduler.score(states[0]) != scheduler.score(states[1]))
        _ = scheduler.shouldMigrate(states[0])
        #expect(scheduler.cacheStatistics == (0, 0))
    }

    @Test("a schema takes live features in any order and number")
    func schema() throws {
        let names = ["dst_dom_load", "zero", "src_dom_load", "zero", "cpu"]
        let network = TestModel(
            widths: [5, 1],
            activations: [.sigmoid],
            features: names.map { Feature(name: $0) }
        )
        let schema = try FeatureSchema(Model(bytes: network.encoded()))
        #expect(schema.columns == [.dstDomLoad, .zero, .srcDomLoad, .zero, .cpu])
    }

    @Test("a model that needs an unknown feature is refused by its name")
    func unknownFeature() throws {
        let network = TestModel(
            widths: [2, 1],
            activations: [.sigmoid],
            features: [Feature(name: "cpu"), Feature(name: "temperature")]
        )
        let model = try Model(bytes: network.encoded())
        let error = try #require(throws: SchemaError.self) {
            _ = try MLScheduler(model: model)
        }
        #expect(error == .unknownFeature("temperature", input: 1))
        #expect(
            error.description == "the model's input 1 is temperature, which is not measured here; "
                + "export it with features out of "
                + LiveFeature.allCases.map(\.rawValue).joined(separator: ", ")
        )
    }

    @Test("a model with several outputs is refused")
    func severalOutputs() throws {
        let network = TestModel(
            widths: [1, 2],
            activations: [.sigmoid],
            features: [Feature(name: "cpu")]
        )
        let model = try Model(bytes: network.encoded())
        #expect(throws: SchemaError.wrongOutputCount(2)) {
            _ = try PatternScorer(model: model, space: PatternSpace(cpuIDs: 1, online: 1))
        }
    }
}

/// A file of the checkout, by its path there.
private func text(of path: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
}
