import MLPInference
import ModelTestSupport
import Testing

@testable import SchedBench

@Suite("Trials of inference")
struct InferenceTrialTests {
    /// A subject that counts what it is asked.
    private struct Counter: InferenceSubject, ~Copyable {
        private(set) var batches: [Int: Int] = [:]
        private(set) var chained = 0

        mutating func evaluate(rows: Int) { batches[rows, default: 0] += 1 }

        mutating func evaluateChained() { chained += 1 }
    }

    @Test("a round gives one mean time, and single calls beside it", arguments: [1, 2, 65_536])
    func round(rows: Int) throws {
        var subject = Counter()
        var trial = InferenceTrial(rows: rows)
        let watch = Stopwatch()
        for round in 1...3 {
            trial.measure(&subject, watch: watch, nanoseconds: 100_000)
            #expect(trial.calls.count == round)
            #expect(trial.chained.count == (rows == 1 ? round : 0))
        }
        #expect(trial.calls.allSatisfy { $0 > 0 && $0.isFinite })
        // Nothing but batches of this size was evaluated, and more of them than were timed singly.
        let (batches, chained) = (subject.batches, subject.chained)
        #expect(Array(batches.keys) == [rows])
        #expect(UInt64(try #require(batches[rows])) > trial.histogram.count)
        #expect((chained > 0) == (rows == 1))
    }

    @Test("however little time there is, everything is measured once")
    func noTime() {
        var subject = Counter()
        var trial = InferenceTrial(rows: 1)
        trial.measure(&subject, watch: Stopwatch(), nanoseconds: 0)
        #expect(trial.calls.count == 1 && trial.chained.count == 1)
        #expect(trial.histogram.count == 1)
    }

    @Test(
        "operations are two for each weight and one for each bias",
        arguments: [([10, 64, 64, 1], 9729.0), ([1, 1], 3), ([3, 5, 2], 2 * 25 + 7)]
            as [([Int], Double)]
    )
    func operations(widths: [Int], count: Double) throws {
        let activations = Array(repeating: Activation.relu, count: widths.count - 1)
        let file = TestModel(widths: widths, activations: activations).encoded()
        #expect(CorePeak.operations(of: try Model(bytes: file)) == count)
    }

    @Test("the floor is what takes longer, the operations or the parameters")
    func floor() throws {
        let model = try Model(
            bytes: TestModel(widths: [10, 64, 1], activations: [.relu, .sigmoid]).encoded()
        )
        let peak = CorePeak()
        #expect(peak.flops > 0 && peak.bytes > 0 && peak.vectorBits >= 128)
        // With many rows the operations decide, and twice as many rows take twice as long.
        let many = peak.floor(rows: 1 << 20, of: model)
        #expect(abs(peak.floor(rows: 1 << 21, of: model) / many - 2) < 1e-9)
        #expect(abs(many * peak.flops / 1e9 / (Double(1 << 20) * 1473) - 1) < 1e-9)
        // Without any the parameters remain: 10 · 64 + 64 weights, 65 biases, four bytes each.
        let load = peak.floor(rows: 0, of: model)
        #expect(abs(load * peak.bytes / 1e9 / (4 * 769) - 1) < 1e-9)
    }
}
