/// The charts of a run.
public enum BenchPlots {
    /// Every chart that the results have enough for, with a name for its file.
    public static func all(of results: [BenchResult]) -> [(name: String, chart: SVGChart)] {
        let trips = results.filter { $0.section == "roundtrip" && $0.figures["rate_per_s"] != nil }
        return [
            ("inference", inference(results.filter { $0.section == "inference" })),
            ("roundtrip-epoll", roundTrip(trips.filter { $0.name.hasPrefix("epoll") }, "epoll")),
            (
                "roundtrip-busy",
                roundTrip(trips.filter { $0.name.hasPrefix("busy") }, "busy polling")
            ),
        ].compactMap { name, chart in chart.map { (name, $0) } }
    }

    /// Time of a sample by the size of its batch, for each subject and for the core's limit.
    private static func inference(_ results: [BenchResult]) -> SVGChart? {
        var subjects: [String] = []
        for result in results where !subjects.contains(result.subject) {
            subjects.append(result.subject)
        }
        var lines = subjects.map { subject in
            line(results.filter { $0.subject == subject }, "ns_per_sample", named: subject)
        }
        let limits = results.filter { $0.subject == subjects.first }.map { result in
            var limit = result
            limit.figures["limit"] = result.figures["floor_ns"].flatMap { floor in
                result.figures["batch"].map { floor / $0 }
            }
            return limit
        }
        lines.append(line(limits, "limit", named: "limit of the core", isDashed: true))
        lines.removeAll { $0.points.isEmpty }
        let points = lines.flatMap(\.points)
        guard !points.isEmpty else { return nil }
        return SVGChart(
            title: "Inference: time of a sample",
            x: SVGAxis(logarithmic: points.map(\.x), label: "batch", text: count),
            y: SVGAxis(logarithmic: points.map(\.y), label: "time of a sample", text: time),
            lines: lines
        )
    }

    private static func line(
        _ results: [BenchResult],
        _ figure: String,
        named name: String,
        isDashed: Bool = false
    ) -> SVGChart.Line {
        let points = results.compactMap { result -> SVGChart.Point? in
            guard let x = result.figures["batch"], let y = result.figures[figure], x > 0, y > 0
            else { return nil }
            return SVGChart.Point(x: x, y: y)
        }
        return SVGChart.Line(
            name: name,
            points: points.sorted { $0.x < $1.x },
            isDashed: isDashed
        )
    }

    /// The distribution of latencies for each rate and place of the sender.
    private static func roundTrip(_ results: [BenchResult], _ wait: String) -> SVGChart? {
        let drawn = results.filter { !$0.curve.isEmpty }
        let points = drawn.flatMap(\.curve).filter { $0.nanoseconds > 0 }
        guard let largest = points.map(\.percentile).max() else { return nil }
        return SVGChart(
            title: "Round trip with \(wait): request in the kernel to decision in the map",
            x: SVGAxis(percentilesUpTo: largest, label: "share of requests answered"),
            y: SVGAxis(logarithmic: points.map(\.nanoseconds), label: "within", text: time),
            lines: drawn.map { result in
                SVGChart.Line(
                    name: result.name.split(separator: ",").dropFirst().joined(separator: ","),
                    points: result.curve.filter { $0.nanoseconds > 0 }.map {
                        SVGChart.Point(x: SVGAxis.rest($0.percentile), y: $0.nanoseconds)
                    }
                )
            }
        )
    }

    /// A whole number; one that no run can have stays as it is.
    private static func count(_ value: Double) -> String {
        Int(exactly: value.rounded()).map(String.init) ?? "\(value)"
    }

    private static func time(_ nanoseconds: Double) -> String {
        switch nanoseconds {
        case ..<1: "\(nanoseconds) ns"
        case ..<1000: "\(count(nanoseconds)) ns"
        case ..<1_000_000: "\(count(nanoseconds / 1000)) µs"
        case ..<1_000_000_000: "\(count(nanoseconds / 1_000_000)) ms"
        default: "\(count(nanoseconds / 1_000_000_000)) s"
        }
    }
}
