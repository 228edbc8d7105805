import ArgumentParser
import SchedBench

/// A part of the benchmark.
enum BenchSection: String, CaseIterable {
    case inference, roundtrip, lookup, network, start

    /// The line above its table.
    var title: String {
        switch self {
        case .inference:
            "Inference: one thread, calls back to back; p50 and on of calls timed one by one"
        case .roundtrip:
            "Round trip: request stamped in the kernel to decision in its map"
        case .lookup: "Lookup: inside BPF, by the kernel's own clock, empty program subtracted"
        case .network:
            "Network: fixed point inside BPF, and the model in user space, a batch of one"
        case .start: "Start"
        }
    }
}

/// Some of the sections, as in `inference,lookup`.
struct BenchSections: ExpressibleByArgument {
    let all: [BenchSection]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        let sections = names.compactMap { BenchSection(rawValue: String($0)) }
        guard sections.count == names.count else { return nil }
        // In the order in which they are measured, whatever the order they are named in.
        all = BenchSection.allCases.filter(sections.contains)
    }

    init(_ all: [BenchSection]) {
        self.all = all
    }

    static var allValueStrings: [String] { BenchSection.allCases.map(\.rawValue) }
}

/// Batch sizes, as in `1,32`.
struct BatchSizes: ExpressibleByArgument {
    let all: [Int]

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = numbers.compactMap { Int($0) }
        guard sizes.count == numbers.count, Set(sizes).count == sizes.count,
            sizes.allSatisfy({ (1...InferenceBench.largestBatch).contains($0) })
        else { return nil }
        all = sizes
    }
}
