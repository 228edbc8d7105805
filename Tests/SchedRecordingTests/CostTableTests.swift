import FoundationEssentials
import Testing

@testable import SchedRecording

/// Cost tables as files and as rates.
@Suite("a cost table")
struct CostTableTests {
    @Test("comes back from its file as it was written")
    func roundTrip() throws {
        let text = try CostTable.default.json()
        #expect(try CostTable(json: Data(text.utf8), path: "x") == .default)
    }

    @Test("has no distance that its machine lacks, and no rate for it")
    func absent() throws {
        var table = CostTable.default
        table.refill[.nothing] = nil
        table.transfer[.nothing] = nil
        let text = try table.json()
        #expect(!text.contains("nothing"))
        let read = try CostTable(json: Data(text.utf8), path: "x")
        #expect(read.refillPicosecondsPerByte(.nothing) == nil)
        #expect(read.refillPicosecondsPerByte(.node) != nil)
    }

    @Test("tells what a byte costs by what is left behind: more the farther a task goes")
    func rates() throws {
        let rates = try CPUDistance.allCases.map {
            try #require(CostTable.default.refillPicosecondsPerByte($0))
        }
        #expect(rates == rates.sorted())
        #expect(rates[0] == 0)
        // 10.3 ns a line of 64 bytes.
        #expect(abs(rates[1] - 160.9) < 0.1)
    }

    @Test(
        "that is none, or not possible, is refused in one sentence",
        arguments: [
            ("", "is no cost table"), ("{}", "is no cost table"), ("[1", "is no cost table"),
            ("\"version\" : 1 -> \"version\" : 2", "has version 2"),
            ("mlsched-costs -> other", "is no cost table"),
            ("\"nothing\" -> \"elsewhere\"", "not possible"),
            ("16384 -> 0", "not possible"), ("16384 -> 65536", "not possible"),
            ("\"median\" : 9.8 -> \"median\" : 99", "not possible"),
            ("\"median\" : 9.8 -> \"median\" : 1e99", "not possible"),
            ("\"private_bytes\" : 524288 -> \"private_bytes\" : -1", "not possible"),
        ]
    )
    func refused(change: String, reason: String) throws {
        let parts = change.split(separator: " -> ")
        var text = change
        if parts.count == 2 {
            let whole = try CostTable.default.json()
            text = whole.replacing(parts[0], with: parts[1], maxReplacements: 1)
            #expect(text != whole)
        }
        let error = #expect(throws: RecordingError.self) {
            try CostTable(json: Data(text.utf8), path: "x.json")
        }
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("x.json ") && sentence.contains(reason))
    }

    @Test("that cannot be read is refused")
    func unreadable() {
        #expect(throws: RecordingError.self) { try CostTable(path: "/nonexistent.json") }
    }
}
