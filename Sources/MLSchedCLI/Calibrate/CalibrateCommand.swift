import ArgumentParser
import FoundationEssentials
import LinuxSystem
import SchedBench
import SchedRecording

struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measure what it costs a task to move between two CPUs of this machine.",
        discussion: """
            A thread walks through memory until its caches are warm, moves to another CPU, and \
            walks again: what the first walk takes longer than a warm one is the refill, for CPUs \
            of a core, of a cache, of a node and of two nodes, by the size of the memory. Then two \
            threads hand a cache line to and fro. The lines of a walk are read one after the \
            other and written: in a random order, which no cache foresees and no program exceeds, \
            and in the order of addresses, which costs least. A byte's price is between the two, \
            their geometric mean. Distances that the machine does not have are left out.

              mlsched calibrate -o costs.json
              mlsched simulate build --cost-table costs.json

            The last row is a control: a thread that stays. Let nothing else run meanwhile.

            Exit status: 0, 1 when the file could not be written, 2 when nothing can be measured.
            """
    )

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Write the costs to this file.", valueName: "path")
    )
    var output: String?

    @Option(
        help: ArgumentHelp("Measure for this many seconds (default: 30).", valueName: "sec")
    )
    var seconds: Seconds?

    @Flag(help: "Print the file's JSON instead of a table.")
    var json = false

    func run() throws {
        let costs = try unusableOnError {
            try MoveBench().run(
                for: seconds?.duration ?? .seconds(30),
                date: Date.now.formatted(.iso8601.year().month().day())
            )
        }
        let text = try unusableOnError { try costs.table.json() }
        if let output { try write(text, to: output) }
        let lines = json ? text.split(separator: "\n").map(String.init) : CostMatrix(costs).lines
        try OutputBuffer.print(lines)
    }

    private func write(_ text: String, to path: String) throws(Failure) {
        do {
            var file = try AtomicFile(path)
            try file.write(text.utf8)
            try file.finish()
        } catch {
            throw .broken(error.description)
        }
    }
}
