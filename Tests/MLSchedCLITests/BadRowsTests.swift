import ModelTestSupport
import Testing

@Suite("predict, bad rows")
struct BadRowsTests {
    @Test(
        "a bad row of CSV ends the answers with its line and one sentence",
        arguments: [
            ("x,2,6,0.9,0.2", "cpu is 'x', but must be a whole number"),
            ("4,2.5,6,0.9,0.2", "idle is '2.5', but must be a whole number"),
            ("4,2,,0.9,0.2", "busy is '', but must be a whole number"),
            ("4,2,6,high,0.2", "src is 'high', but must be a number"),
            ("4,2,6,0.9,0x1", "dst is '0x1', but must be a number"),
            ("4,2,6,0.9 1,0.2", "src is '0.9 1', but must be a number"),
            ("4,2,6,0.9", "4 columns, but the header names 5"),
            ("4,2,6,0.9,0.2,1", "more columns than the 5 that the header names"),
            ("1024,2,6,0.9,0.2", "cpu is 1024, but must be from 0 to 1023"),
            ("1e300,2,6,0.9,0.2", "cpu is '1e300', but must be a whole number"),
            ("4,-1,6,0.9,0.2", "cpu_idle is -1, but must be from 0 to 1024"),
            ("4,2,6,1.5,0.2", "src_dom_load is 1.5, but must be from 0 to 1"),
            ("4,2,6,0.9,nan", "dst_dom_load is nan, but must be from 0 to 1"),
            ("\u{1B}[31m", "cpu is '\u{FFFD}[31m', but must be a whole number"),
        ]
    )
    func csv(row: String, sentence: String) throws {
        let good = "4,2,6,0.9,0.2\n"
        let result = try Program.run(
            "predict",
            input: "cpu,idle,busy,src,dst\n\(good)\(good)\n\(row)\n\(good)"
        )
        #expect(result.status == 2)
        #expect(result.errors == "mlsched: standard input, line 5: \(sentence)\n")
        #expect(result.lines.count == 3)
    }

    @Test(
        "a bad JSON line does so too",
        arguments: [
            ("{\"cpu\":4", "'{\"cpu\":4' is not one JSON object"),
            ("[4,2,6,0.9,0.2]", "'[4,2,6,0.9,0.2]' is not one JSON object"),
            ("4,2,6,0.9,0.2", "'4,2,6,0.9,0.2' is not one JSON object"),
            ("{}", "the object must have one number cpu"),
            (
                "{\"cpu\":4,\"idle\":2,\"cpu_idle\":2,\"busy\":6,\"src\":0.9,\"dst\":0.2}",
                "the object must have one number idle"
            ),
            ("{\"cpu\":\"4\"}", "cpu must be a whole number"),
            ("{\"cpu\":4.5}", "cpu must be a whole number"),
            ("{\"cpu\":4,\"idle\":2,\"busy\":6,\"src\":null}", "src must be a number"),
            (
                "{\"cpu\":4,\"idle\":0,\"busy\":0,\"src\":0.9,\"dst\":0.2}",
                "cpu_idle and cpu_not_idle add up to 0 CPUs, but must add up to those online, 1 to 1024"
            ),
        ]
    )
    func json(row: String, sentence: String) throws {
        let good = "{\"cpu\":4,\"idle\":2,\"busy\":6,\"src\":0.9,\"dst\":0.2}\n"
        let result = try Program.run("predict", input: good + row + "\n" + good)
        #expect(result.status == 2)
        #expect(result.errors == "mlsched: standard input, line 2: \(sentence)\n")
        #expect(result.lines.count == 1)
    }

    @Test(
        "a header must name every feature once",
        arguments: [
            (
                "4,2,6,0.9,0.2",
                "the header '4,2,6,0.9,0.2' names no column cpu; begin with a line such as "
                    + "cpu,idle,busy,src,dst or give JSON lines"
            ),
            (
                "cpu,idle,busy,src",
                "the header 'cpu,idle,busy,src' names no column dst; begin with a line such as "
                    + "cpu,idle,busy,src,dst or give JSON lines"
            ),
            (
                "cpu,idle,cpu_idle,busy,src,dst",
                "the header names the column idle twice; keep one"
            ),
        ]
    )
    func header(header: String, sentence: String) throws {
        let result = try Program.run("predict", input: header + "\n4,2,6,0.9,0.2\n")
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors == "mlsched: standard input, line 1: \(sentence)\n")
    }

    @Test("binary garbage is refused in one printable sentence", arguments: 0..<8)
    func garbage(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        if seed % 2 == 1 { bytes[0] = UInt8(ascii: "{") }
        let result = try Program.run([Program.path, "predict"], input: bytes, environment: [:])
        #expect(result.status == 2)
        #expect(result.output == "")
        #expect(result.errors.hasPrefix("mlsched: standard input, line 1: "))
        #expect(result.errors.count < 300)
        let inner = result.errors.unicodeScalars.dropLast()
        #expect(inner.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test("a line without an end is refused, not swallowed", arguments: ["predict", "--raw"])
    func hugeLine(flag: String) throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "7"), count: 3 << 20)
        let arguments = flag == "predict" ? ["predict"] : ["predict", flag]
        let result = try Program.run([Program.path] + arguments, input: bytes, environment: [:])
        #expect(result.status == 2)
        #expect(
            result.errors == "mlsched: standard input, line 1: longer than 1048576 bytes; end "
                + "lines with a line feed\n"
        )
    }

    @Test("a deeply nested object is refused, not followed")
    func nested() throws {
        let line = "{\"cpu\":" + String(repeating: "[", count: 500_000)
        let result = try Program.run("predict", input: line)
        #expect(result.status == 2)
        #expect(result.errors.hasSuffix("is not one JSON object\n"))
    }
}
