import DefaultWeights
import Glibc
import MLPInference
import Testing

@testable import SchedBench

@Suite("Measurements", .serialized)
struct MeasuringTests {
    private let environment = Results.environment

    @Test("inference gives a result for each batch and subject, with its figures in proportion")
    func inference() throws {
        let model = try DefaultModel.load()
        // A multiplication and an addition for each weight, an addition for each bias.
        let floatOperations = Double(model.multiplyAddCount + model.parameterCount)
        let bench = InferenceBench(
            model,
            batches: [1, 32],
            rounds: 2,
            cpu: try MeasuringCPUs(preferring: nil).cpu,
            slot: .milliseconds(2)
        )
        let results = try bench.run(environment)
        #expect(
            results.map(\.key) == [
                "inference, batch 1, mlsched", "inference, batch 1, mlsched subnormal",
                "inference, batch 1, mlsched sgemm", "inference, batch 1, mlsched fused",
                "inference, batch 1, plain C",
                "inference, batch 32, mlsched", "inference, batch 32, mlsched subnormal",
                "inference, batch 32, mlsched sgemm", "inference, batch 32, mlsched fused",
                "inference, batch 32, plain C",
            ]
        )
        for result in results {
            let figures = result.figures
            let call = try #require(figures["ns_per_call"])
            let batch = try #require(figures["batch"])
            #expect(result.rounds.count == 2)
            #expect(result.rounds.allSatisfy { $0 > 0 })
            #expect(abs(try #require(figures["ns_per_sample"]) * batch / call - 1) < 1e-9)
            let gflops = try #require(figures["gflops"])
            #expect(abs(gflops * call / (floatOperations * batch) - 1) < 1e-9)
            // At the peak rates, not above them: whether it is below the call, noise decides.
            let operations = floatOperations * batch / (try #require(figures["peak_gflops"]))
            let bandwidth = try #require(figures["peak_l1_gbytes_per_s"])
            let loads = 4 * Double(model.parameterCount) / bandwidth
            let floor = try #require(figures["floor_ns"])
            #expect(abs(floor / max(operations, loads) - 1) < 1e-9)
            #expect(abs(try #require(figures["times_floor"]) * floor / call - 1) < 1e-9)
            #expect((figures["chained_ns"] != nil) == (batch == 1))
            #expect((figures["ratio_to_c"] != nil) == (result.subject == "mlsched"))
            let isSubnormal = result.subject == "mlsched subnormal"
            #expect((figures["ratio_to_ordinary"] != nil) == isSubnormal)
        }
    }

    @Test("plain C and the library answer alike")
    func sameAnswers() throws {
        let model = try DefaultModel.load()
        var library = LibrarySubject(model, rows: 300)
        library.evaluate(rows: 300)
        let ours = Array(library.outputs.all)
        var theirs: [Float] = []
        if var plain = PlainCSubject(model, rows: 300) {
            plain.evaluate(rows: 300)
            theirs = Array(plain.outputs.all)
        }
        #expect(theirs.count == 300)
        #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(Set(ours).count > 10)
    }

    @Test("a round trip answers what was sent and loses nothing", .enabled(if: loadsPrograms))
    func roundTrip() throws {
        let cpus = try MeasuringCPUs(preferring: nil)
        let bench = try RoundTripBench(
            try DefaultModel.load(),
            cases: [
                RoundTripCase(isBusyPolling: false, rate: 2000, isSameCPU: true),
                RoundTripCase(isBusyPolling: false, rate: nil),
                RoundTripCase(isBusyPolling: false, rate: 1000, isReloading: true),
            ],
            rounds: 2,
            cpu: cpus.cpu,
            otherCPU: cpus.other,
            slot: .milliseconds(50)
        )
        let results = try bench.run(environment)
        let ours = results.filter { $0.subject == "mlsched" }
        #expect(ours.count == (cpus.other == nil ? 1 : 3))
        #expect(cpus.other == nil || (ours.last?.figures["reloads"] ?? 0) > 0)
        let scheduled = try #require(ours.first)
        #expect(scheduled.figures["sent"] == 200)
        let alone = try #require(results.first { $0.subject == "wake-up alone" })
        #expect(alone.name == scheduled.name)
        #expect(alone.rounds.count == 2 && alone.rounds.allSatisfy { $0 > 0 })
        #expect(try #require(scheduled.figures["ratio_to_wake"]) > 0)
        for result in ours {
            #expect(result.figures["lost"] == 0)
            #expect(try #require(result.figures["mean_batch"]) >= 1)
            #expect(try #require(result.figures["largest_batch"]) <= 32)
            #expect(!result.curve.isEmpty)
        }
    }

    @Test("a lookup and an emission take time in the kernel", .enabled(if: loadsPrograms))
    func lookup() throws {
        let cpu = try MeasuringCPUs(preferring: nil).cpu
        let results = try LookupBench(rounds: 1, cpu: cpu).run(environment)
        #expect(results.map(\.name) == ["decision found", "request sent"])
        for result in results {
            let figures = result.figures
            let whole = try #require(figures["unsubtracted_ns"])
            #expect(whole > (try #require(figures["empty_ns"])))
            #expect(try #require(figures["by_statistics_ns"]) > 0)
        }
    }

    @Test("a CPU that is not allowed is refused with those that are")
    func wrongCPU() throws {
        #expect(throws: BenchError("CPU 9 is not one that this process may use; give one of 0, 3"))
        {
            try MeasuringCPUs(preferring: 9, among: [0, 3])
        }
        let only = try MeasuringCPUs(preferring: nil, among: [3])
        #expect(only.cpu == 3 && only.other == nil)
        #expect(try MeasuringCPUs(preferring: 3, among: [0, 3]).other == 0)
    }
}

/// Whether this kernel lets the tests load BPF programs.
private let loadsPrograms: Bool = access("/sys/kernel/btf/vmlinux", R_OK) == 0 && geteuid() == 0
