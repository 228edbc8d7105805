import MLPInference
import ModelTestSupport
import Testing

@Suite("predict, rows")
struct PredictRowsTests {
    @Test("rows get the answers that their tasks get alone")
    func likeSingle() throws {
        let tasks = Self.tasks(count: 12)
        let rows = try Program.run("predict", input: Self.csv(tasks)).lines.dropFirst()
        #expect(rows.count == tasks.count)
        for (task, row) in zip(tasks, rows) {
            let alone = try Program.run(
                "predict",
                "--cpu",
                task[0],
                "--idle",
                task[1],
                "--busy",
                task[2],
                "--src",
                task[3],
                "--dst",
                task[4]
            )
            let fields = row.split(separator: ",")
            let score = try #require(Float(alone.lines[0].split(separator: " ")[1]))
            let rowScore = try #require(Float(fields[0]))
            // The last bits of sgemm may change with the batch.
            #expect(abs(score - rowScore) < 2e-6)
            #expect(alone.lines[2].split(separator: " ")[1] == fields[1])
        }
    }

    @Test("CSV and JSON lines give the same answers")
    func csvLikeJSON() throws {
        let tasks = Self.tasks(count: 3000)
        let objects = tasks.map { task in
            "{\"cpu\": \(task[0]), \"cpu_idle\": \(task[1]), \"busy\": \(task[2]), "
                + "\"src_dom_load\": \(task[3]), \"dst\": \(task[4]), \"more\": [{}, \"}\"]}\n"
        }
        let fromCSV = try Program.run("predict", "--json", input: Self.csv(tasks))
        let fromJSON = try Program.run("predict", input: objects.joined())
        #expect(fromCSV.lines.count == tasks.count)
        try Self.expectSame(fromCSV.lines, fromJSON.lines) { line in
            let object = try JSONValue(line)
            guard case .number(let score) = object["score"],
                case .string(let decision) = object["decision"]
            else { throw BadOutput(text: String(line)) }
            return (score, decision)
        }
    }

    @Test("columns come in any order, under either name, quoted, with others between them")
    func columns() throws {
        let plain = try Program.run("predict", input: "cpu,idle,busy,src,dst\n4,2,6,0.9,0.2\n")
        let other = try Program.run(
            "predict",
            input: "\u{FEFF}\"dst_dom_load\", comment ,cpu_not_idle,src,\"cpu_idle\",cpu\r\n"
                + "\r\n0.2,\"a, \"\"b\"\"\",6.0,9e-1, \"2\" ,4\r\n"
        )
        #expect(plain.status == 0)
        #expect(plain.output == other.output)
        #expect(plain.lines.first == "score,decision")
    }

    @Test("a file of rows is read as standard input is, and named where it cannot be")
    func file() throws {
        let folder = try TemporaryFolder()
        let rows = Self.csv(Self.tasks(count: 5))
        let path = try folder.file("tasks.csv", Array(rows.utf8))
        #expect(
            try Program.run("predict", path).output == Program.run("predict", input: rows).output
        )
        let missing = try Program.run("predict", "\(path).not")
        #expect(missing.status == 2)
        #expect(missing.errors.contains("\(path).not"))
        let wrong = try Program.run("predict", try folder.file("bad.csv", Array("cpu\n1\n".utf8)))
        #expect(wrong.status == 2 && wrong.errors.contains("bad.csv, line 1"))
        #expect(try Program.run("predict", path, "--cpu", "1").status == 64)
    }

    @Test("--keep writes every row before its results, whatever else is in it")
    func keep() throws {
        let header = "name,cpu,idle,busy,src,dst"
        let rows = ["\"a, \"\"b\"\"\",4,2,6,0.9,0.2", ",2,4,4,0.5,0.5"]
        let csv = ([header] + rows).map { $0 + "\r\n" }.joined()
        let plain = try Program.run("predict", input: csv)
        let kept = try Program.run("predict", "--keep", input: csv)
        #expect(kept.lines == zip([header] + rows, plain.lines).map { "\($0),\($1)" })
        let object = #"{"id": "}", "cpu": 4, "idle": 2, "busy": 6, "src": 0.9, "dst": 0.2 }"#
        let answer = try Program.run("predict", input: object).lines[0]
        let keptObject = try Program.run("predict", "--keep", input: object).lines[0]
        #expect(keptObject == object.dropLast() + "," + answer.dropFirst())
        #expect(try JSONValue(String(keptObject))["id"] == .string("}"))
        #expect(try Program.run("predict", "--keep", "--json", input: csv).status == 64)
    }

    @Test("whole numbers may be written as floats are")
    func wholeFloats() throws {
        let plain = try Program.run(
            "predict",
            "--json",
            input: "cpu,idle,busy,src,dst\n4,2,6,1,0\n"
        )
        for row in [
            "{\"cpu\":4.0,\"idle\":2,\"busy\":6e0,\"src\":1,\"dst\":0}",
            "cpu,idle,busy,src,dst\n4.0,2.,6e0,1.0,-0",
        ] {
            #expect(try Program.run("predict", "--json", input: row).output == plain.output)
        }
    }

    @Test("the last line may end without a line feed")
    func noLineFeed() throws {
        let with = try Program.run("predict", input: "cpu,idle,busy,src,dst\n4,2,6,0.9,0.2\n")
        let without = try Program.run("predict", input: "cpu,idle,busy,src,dst\n4,2,6,0.9,0.2")
        #expect(with.lines.count == 2)
        #expect(with.output == without.output)
    }

    @Test(
        "no rows in, no rows out",
        arguments: [
            ("", ""), ("\n \n", ""), ("cpu,idle,busy,src,dst\n", "score,decision\n"),
        ]
    )
    func empty(input: String, output: String) throws {
        let result = try Program.run("predict", input: input)
        #expect(result.status == 0)
        #expect(result.output == output)
        #expect(result.errors == "")
    }

    @Test("--tenths rounds the loads of rows")
    func tenths() throws {
        let header = "cpu,idle,busy,src,dst\n"
        let rounded = try Program.run("predict", input: header + "2,4,4,0.5,0.4\n")
        let between = try Program.run("predict", "--tenths", input: header + "2,4,4,0.52,0.41\n")
        let exact = try Program.run("predict", input: header + "2,4,4,0.52,0.41\n")
        #expect(between.output == rounded.output)
        #expect(between.output != exact.output)
    }

    @Test("scores are those of the network's definition, whatever the order of its features")
    func scores() throws {
        let names = ["dst_dom_load", "cpu_idle", "zero", "src_dom_load", "cpu", "cpu_not_idle"]
        let network = TestModel(
            widths: [6, 17, 1],
            activations: [.tanh, .sigmoid],
            features: names.map { .init(name: $0, offset: 0.5, scale: 0.125) },
            seed: 3
        )
        let folder = try TemporaryFolder()
        let path = try folder.file("model.mlw", network.encoded())
        let tasks = Self.tasks(count: 500)
        let rows = try Program.run("predict", "--model", path, input: Self.csv(tasks)).lines
        #expect(rows.count == tasks.count + 1)
        for (task, row) in zip(tasks, rows.dropFirst()) {
            let values = try task.map { try #require(Float($0)) }
            let expected = network.naive([values[4], values[1], 0, values[3], values[0], values[2]])
            let score = try #require(row.split(separator: ",").first.flatMap { Double($0) })
            #expect(abs(score - expected[0]) < 2e-6)
        }
    }

    /// A line of output that is not as it should be.
    private struct BadOutput: Error {
        let text: String
    }

    private static func expectSame(
        _ left: [Substring],
        _ right: [Substring],
        parse: (Substring) throws -> (score: Double, decision: String)
    ) throws {
        #expect(left.count == right.count)
        for (left, right) in zip(left, right) {
            let (one, other) = (try parse(left), try parse(right))
            #expect(abs(one.score - other.score) < 2e-6)
            #expect(one.decision == other.decision)
        }
    }

    /// Tasks as text: cpu, idle, busy, src, dst.
    private static func tasks(count: Int) -> [[String]] {
        var random = SplitMix64(seed: 5)
        return (0..<count).map { _ in
            let idle = Int.random(in: 0...8, using: &random)
            let loads = (0..<2).map { _ in "0.\(Int.random(in: 0...9999, using: &random))" }
            return ["\(Int.random(in: 0...7, using: &random))", "\(idle)", "\(8 - idle)"] + loads
        }
    }

    private static func csv(_ tasks: [[String]]) -> String {
        (["cpu,idle,busy,src,dst"] + tasks.map { $0.joined(separator: ",") })
            .joined(separator: "\n") + "\n"
    }
}
