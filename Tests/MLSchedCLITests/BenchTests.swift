import Foundation
import Testing

@Suite("mlsched bench")
struct BenchTests {
    @Test("a short run prints a row for each batch")
    func table() throws {
        let result = try Program.run(
            "bench",
            "--only",
            "inference",
            "--batch",
            "1,32",
            "--rounds",
            "1"
        )
        #expect(result.status == 0)
        let rows = result.lines.map { $0.split(separator: " ") }
        for batch in ["1", "32"] {
            let row = try #require(rows.first { $0.first.map(String.init) == batch })
            #expect(row.count == 18)
            #expect(Double(row[1]) != nil)
        }
    }

    @Test("JSON lines of a run are shown, compared and drawn again")
    func json() throws {
        let folder = try TemporaryFolder()
        let run = try Program.run(
            "bench",
            "--only",
            "inference",
            "--batch",
            "1,32",
            "--rounds",
            "1",
            "--json"
        )
        #expect(run.status == 0)
        #expect(run.lines.count == 10)
        for line in run.lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            #expect((object as? [String: Any])?["section"] as? String == "inference")
        }
        let file = try folder.file("run.json", Array(run.output.utf8))
        let picture = try folder.file("inference.svg", [])
        let directory = picture.split(separator: "/", omittingEmptySubsequences: false)
            .dropLast().joined(separator: "/")

        let shown = try Program.run("bench", "--from", file, "--plot", directory)
        #expect(shown.status == 0)
        #expect(shown.output.contains("plain C"))
        #expect(try TemporaryFolder.text(of: picture).hasPrefix("<svg"))

        let compared = try Program.run("bench", "--compare", file, file)
        #expect(compared.status == 0)
        #expect(compared.lines.count == 11)
        #expect(compared.lines.dropFirst().allSatisfy { $0.contains("1.000") })
        #expect(compared.lines.dropFirst().allSatisfy { $0.contains("within spread") })
    }

    @Test("what forces OpenBLAS is called out")
    func forced() throws {
        let result = try Program.run(
            "bench",
            "--only",
            "inference",
            "--batch",
            "1",
            "--rounds",
            "1",
            "--json",
            environment: ["OPENBLAS_CORETYPE": "Haswell"]
        )
        #expect(result.errors.contains("OPENBLAS_CORETYPE=Haswell in the environment chooses"))
        #expect(result.output.contains("\"blasVariables\":[\"OPENBLAS_CORETYPE=Haswell\"]"))
    }

    private static func bench(_ arguments: [String]) throws -> Program.Result {
        try Program.run([Program.path, "bench"] + arguments, input: [], environment: [:])
    }

    @Test(
        "wrong values end with status 64",
        arguments: [
            (["--batch", "0"], "The value '0' is invalid for '--batch <sizes>'"),
            (["--batch", "1,,2"], "The value '1,,2' is invalid for '--batch <sizes>'"),
            (["--batch", "65537"], "The value '65537' is invalid for '--batch <sizes>'"),
            (["--only", "speed"], "The value 'speed' is invalid for '--only <sections>'"),
            (["--rounds", "0"], "'0' is not a number of rounds from 1 to 1000"),
            (["--compare", "one.json"], "--compare takes two files"),
            (["--compare", "a", "b", "--from", "c"], "--compare and --from exclude each other"),
        ]
    )
    func wrongValues(arguments: [String], message: String) throws {
        let result = try Self.bench(arguments)
        #expect(result.status == 64)
        #expect(result.errors.contains(message))
        #expect(result.output == "")
    }

    @Test(
        "files and CPUs that are not there end with status 2 and one sentence",
        arguments: [
            (["--from", "/nonexistent/a.json"], "/nonexistent/a.json cannot be read"),
            (["--compare", "/nonexistent/a", "/nonexistent/b"], "/nonexistent/a cannot be read"),
            (["--cpu", "1023"], "CPU 1023 is not one that this process may use"),
            (["--model", "/nonexistent.mlw"], "/nonexistent.mlw"),
        ]
    )
    func absent(arguments: [String], message: String) throws {
        let result = try Self.bench(arguments)
        #expect(result.status == 2)
        #expect(result.errors.hasPrefix("mlsched: "))
        #expect(result.errors.contains(message))
        #expect(result.errors.split(separator: "\n").count == 1)
    }
}
