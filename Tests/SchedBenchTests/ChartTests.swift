import Foundation
import Testing

@testable import SchedBench

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("Axes of charts")
struct AxisTests {
    @Test(
        "a logarithmic axis goes from power of ten to power of ten",
        arguments: [
            ([5], [1, 10]), ([1], [1, 10]), ([10], [10, 100]), ([1, 10], [1, 10]),
            ([0.02, 3], [0.01, 0.1, 1, 10]), ([999, 1000], [100, 1000]),
            ([1001, 7], [1, 10, 100, 1000, 10_000]),
        ] as [([Double], [Double])]
    )
    func ticks(values: [Double], expected: [Double]) {
        let axis = SVGAxis(logarithmic: values, label: "x") { "\($0)" }
        #expect(axis.ticks.count == expected.count)
        for (tick, value) in zip(axis.ticks, expected) {
            #expect(abs(tick.value / value - 1) < 1e-12)
        }
        for value in values { #expect((0...1).contains(axis.position(of: value))) }
        #expect(axis.position(of: axis.ticks[0].value) == 0)
    }

    @Test("equal ratios are equal distances, and what lies beyond an end stands at it")
    func positions() {
        let axis = SVGAxis(logarithmic: [1, 10_000], label: "x") { "\($0)" }
        #expect([1, 10, 100, 1000, 10_000].map(axis.position) == [0, 0.25, 0.5, 0.75, 1])
        #expect(abs(axis.position(of: 1000.0.squareRoot()) - 0.375) < 1e-12)
        #expect([0.5, 0, -1, -.infinity].map(axis.position) == [0, 0, 0, 0])
        #expect([10_001, 1e300, .infinity].map(axis.position) == [1, 1, 1])
        #expect((0...1).contains(axis.position(of: .nan)))
    }

    @Test("the smallest and the largest number fit, too")
    func extremes() {
        let axis = SVGAxis(logarithmic: [.leastNonzeroMagnitude, 1e308], label: "x") { "\($0)" }
        #expect(axis.position(of: .leastNonzeroMagnitude) < 0.01 && axis.position(of: 1e308) == 1)
    }

    @Test(
        "percentiles are marked as far as they were measured",
        arguments: [
            (50, ["0 %", "50 %", "90 %"]), (90, ["0 %", "50 %", "90 %"]),
            (95, ["0 %", "50 %", "90 %", "99 %"]),
            (99.5, ["0 %", "50 %", "90 %", "99 %", "99.9 %"]),
            (99.999, ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]),
            (100, ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]),
        ] as [(Double, [String])]
    )
    func percentiles(largest: Double, texts: [String]) {
        let axis = SVGAxis(percentilesUpTo: largest, label: "x")
        #expect(axis.ticks.map(\.text) == texts)
    }

    @Test("each further nine is as far as the one before it")
    func nines() {
        let axis = SVGAxis(percentilesUpTo: 99.9, label: "x")
        let places = [0, 90, 99, 99.9].map { axis.position(of: SVGAxis.rest($0)) }
        for (place, expected) in zip(places, [0, 1.0 / 3, 2.0 / 3, 1]) {
            #expect(abs(place - expected) < 1e-12)
        }
        #expect(axis.position(of: SVGAxis.rest(100)) == 1)
    }
}

@Suite("Charts")
struct ChartTests {
    private static func axis(_ label: String = "x", _ text: String = "1") -> SVGAxis {
        SVGAxis(logarithmic: [1, 100], label: label) { _ in text }
    }

    private static func document(of chart: SVGChart) throws -> XMLDocument {
        try XMLDocument(data: Data(chart.svg.utf8))
    }

    /// What an XPath finds, as text.
    private static func texts(_ chart: SVGChart, _ path: String) throws -> [String] {
        let found = try document(of: chart).nodes(forXPath: path)
        return found.map { $0.stringValue ?? "" }
    }

    @Test("whatever title, axes, ticks and lines are called, they are text and no markup")
    func escaped() throws {
        let hostile = "</text><script>alert(1)</script> & <!-- ]]> \"'"
        let chart = SVGChart(
            title: hostile,
            x: Self.axis(hostile, hostile),
            y: Self.axis(hostile),
            lines: [.init(name: hostile, points: [.init(x: 1, y: 1)])]
        )
        #expect(try Self.texts(chart, "//*[local-name() = 'script']").isEmpty)
        // Title, two labels, three ticks below and one name in the legend.
        #expect(
            try Self.texts(chart, "//*[local-name() = 'text']").count { $0 == hostile } == 7
        )
    }

    @Test("points stand where their axes say, to a tenth of a pixel, y upwards")
    func points() throws {
        let line = SVGChart.Line(
            name: "a",
            points: [(1, 1), (10, 10), (100, 100), (0.1, 1e9)].map { .init(x: $0, y: $1) }
        )
        let chart = SVGChart(title: "t", x: Self.axis(), y: Self.axis(), lines: [line])
        let points = try Self.texts(chart, "//*[local-name() = 'polyline']/@points")
        #expect(points == ["70,380 330,210 590,40 70,40"])
    }

    @Test("a chart without lines, a line without points and one of one point are drawn")
    func few() throws {
        let none = SVGChart(title: "t", x: Self.axis(), y: Self.axis(), lines: [])
        #expect(try Self.texts(none, "//*[local-name() = 'polyline']").isEmpty)
        let lines = [
            SVGChart.Line(name: "empty", points: []),
            SVGChart.Line(name: "one", points: [.init(x: 10, y: 1)]),
        ]
        let chart = SVGChart(title: "t", x: Self.axis(), y: Self.axis(), lines: lines)
        #expect(
            try Self.texts(chart, "//*[local-name() = 'polyline']/@points") == ["", "330,380"]
        )
    }

    @Test("a line and its name in the legend share colour and dashes; colours come round")
    func strokes() throws {
        let lines = (0..<12).map {
            SVGChart.Line(name: "\($0)", points: [.init(x: 1, y: 1)], isDashed: $0 == 3)
        }
        let chart = SVGChart(title: "t", x: Self.axis(), y: Self.axis(), lines: lines)
        let drawn = try Self.texts(chart, "//*[local-name() = 'polyline']/@stroke")
        let legend = try Self.texts(
            chart,
            "//*[local-name() = 'line' and @stroke-width = '2']/@stroke"
        )
        #expect(drawn == legend && drawn.count == 12)
        #expect(Set(drawn).count == 10 && drawn[0] == drawn[10] && drawn[1] == drawn[11])
        #expect(try Self.texts(chart, "//@stroke-dasharray") == ["5 4", "5 4"])
    }
}

@Suite("Charts of runs")
struct RunChartTests {
    private static func ticks(of results: [BenchResult]) -> [[String]] {
        BenchPlots.all(of: results).map { _, chart in
            chart.svg.split(separator: "\n").compactMap { line in
                line.hasSuffix("</text>")
                    ? line.split(separator: ">").dropFirst().first?.split(separator: "<").first
                        .map(String.init) : nil
            }
        }
    }

    private static func inference(batch: Double, time: Double) -> BenchResult {
        Results.result(rounds: [1], figures: ["batch": batch, "ns_per_sample": time])
    }

    @Test(
        "times are written in the unit that suits them",
        arguments: [
            (0.5, ["0.1 ns", "1 ns"]), (5, ["1 ns", "10 ns"]), (5e2, ["100 ns", "1 µs"]),
            (5e5, ["100 µs", "1 ms"]), (5e8, ["100 ms", "1 s"]), (5e9, ["1 s", "10 s"]),
        ] as [(Double, [String])]
    )
    func units(time: Double, texts: [String]) throws {
        let shown = try #require(Self.ticks(of: [Self.inference(batch: 4, time: time)]).first)
        #expect(shown.filter { $0.hasSuffix("s") && $0.first?.isNumber == true } == texts)
    }

    @Test("figures that no run has measured are drawn or left out, and crash nothing")
    func hostile() {
        for batch in [.leastNonzeroMagnitude, 1, 1e19, 1e308, 0, -1] {
            for time in [.leastNonzeroMagnitude, 1e-9, 1e19, 1e28, 1e308, 0, -1] {
                let plots = BenchPlots.all(of: [Self.inference(batch: batch, time: time)])
                #expect(plots.isEmpty == (batch <= 0 || time <= 0))
                #expect(plots.allSatisfy { $0.chart.svg.hasSuffix("</svg>\n") })
            }
        }
        for percentile in [-1e308, -1, 0, 50, 100, 101, 1e308] {
            let trip = Results.result(
                "epoll, 1/s, other CPU",
                section: "roundtrip",
                rounds: [1],
                figures: ["rate_per_s": 1],
                curve: [.init(percentile: percentile, nanoseconds: 1e308)]
            )
            let plots = BenchPlots.all(of: [trip])
            #expect(plots.map(\.name) == ["roundtrip-epoll"])
            #expect(plots.allSatisfy { $0.chart.svg.hasSuffix("</svg>\n") })
        }
    }
}
