import Foundation
import Testing

@testable import SchedBench

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("Plots")
struct PlotTests {
    private func results() -> [BenchResult] {
        let batches = [1.0, 32, 65_536].flatMap { batch in
            ["mlsched", "A < B & \"C\""].map { subject in
                Results.result(
                    "batch \(Int(batch))",
                    subject: subject,
                    rounds: [batch * 50],
                    figures: ["batch": batch, "ns_per_sample": 50, "floor_ns": 38 * batch]
                )
            }
        }
        let trips = ["epoll, 100/s, other CPU", "busy, 100/s, other CPU"].map { name in
            Results.result(
                name,
                section: "roundtrip",
                rounds: [20_000],
                figures: ["rate_per_s": 100],
                curve: [(50, 2e4), (90, 3e4), (99, 5e4)].map {
                    .init(percentile: $0, nanoseconds: $1)
                }
            )
        }
        return batches + trips
    }

    @Test("every chart is well-formed XML with a line for each subject and its name")
    func wellFormed() throws {
        let charts = BenchPlots.all(of: results())
        #expect(charts.map(\.name) == ["inference", "roundtrip-epoll", "roundtrip-busy"])
        for (name, chart) in charts {
            let reader = Reader()
            let parser = XMLParser(data: Data(chart.svg.utf8))
            parser.delegate = reader
            #expect(parser.parse(), "\(name): \(String(describing: parser.parserError))")
            #expect(reader.elements["svg"] == 1)
            #expect(reader.elements["polyline"] == (name == "inference" ? 3 : 1))
            #expect(reader.text.contains(chart.title))
            #expect(name != "inference" || reader.text.contains("A < B & \"C\""))
        }
    }

    @Test("all points lie within the frame")
    func frame() throws {
        for (_, chart) in BenchPlots.all(of: results()) {
            let reader = Reader()
            let parser = XMLParser(data: Data(chart.svg.utf8))
            parser.delegate = reader
            #expect(parser.parse())
            #expect(!reader.points.isEmpty)
            for point in reader.points {
                #expect((70...590).contains(point.0) && (40...380).contains(point.1))
            }
        }
    }

    @Test("powers of ten are equally far apart")
    func logarithm() {
        let axis = SVGAxis(logarithmic: [1, 90], label: "x") { "\($0)" }
        #expect([1, 10, 100].map(axis.position) == [0, 0.5, 1])
        #expect(axis.ticks.map(\.value) == [1, 10, 100])
    }

    @Test("without anything to draw there is no chart")
    func nothing() {
        #expect(BenchPlots.all(of: [Results.result(section: "start", rounds: [1])]).isEmpty)
    }
}

/// Counts what a picture is made of.
private final class Reader: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]
    private(set) var text = ""
    private(set) var points: [(Double, Double)] = []

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements[name, default: 0] += 1
        for pair in (attributes["points"] ?? "").split(separator: " ") {
            let numbers = pair.split(separator: ",").compactMap { Double($0) }
            if numbers.count == 2 { points.append((numbers[0], numbers[1])) }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }
}
